/** How many jobs came, ran and ended, how long that took, and how much waits. */
import type { BatchObservableResult, Counter, Histogram, Meter } from '@opentelemetry/api';
import type { Depth, RunningJob } from '../options/telemetry.js';

/** From a millisecond to a day. */
const SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 600, 3_600, 86_400];

export class Numbers {
  private readonly comers: Counter;
  private readonly starters: Counter;
  private readonly enders: Counter;
  private readonly waits: Histogram;
  private readonly runs: Histogram;

  constructor(private readonly meter: Meter) {
    const counter = (name: string, description: string) => meter.createCounter(name, { description, unit: '{job}' });
    const histogram = (name: string, description: string) =>
      meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries: SECONDS } });
    this.comers = counter('programma.jobs.added', 'Jobs that were added by this process');
    this.starters = counter('programma.jobs.started', 'Attempts that began in this process');
    this.enders = counter('programma.jobs.ended', 'Attempts that ended in this process');
    this.waits = histogram('programma.jobs.waited', 'From when a job was due until it was claimed');
    this.runs = histogram('programma.jobs.ran', 'How long handlers took');
  }

  added(topic: string, jobs: number): void {
    this.comers.add(jobs, { topic });
  }

  started(jobs: readonly RunningJob[]): void {
    for (const { topic, waitedSeconds } of jobs) {
      this.starters.add(1, { topic });
      this.waits.record(Math.max(0, waitedSeconds), { topic });
    }
  }

  ended(topic: string, outcome: string, seconds: number | undefined): void {
    this.enders.add(1, { topic, outcome });
    if (seconds !== undefined) this.runs.record(seconds, { topic, outcome });
  }

  /** Asked at each collection of the SDK. A topic that was seen once is then 0, not gone. */
  watching(depths: () => Promise<readonly Depth[]>): () => void {
    const due = this.meter.createObservableGauge('programma.queue.due', {
      description: 'Jobs that are due and wait, counted up to 1,000; of the whole queue',
      unit: '{job}',
    });
    const oldest = this.meter.createObservableGauge('programma.queue.oldest_due', {
      description: 'How long the oldest due job has been waiting; of the whole queue',
      unit: 's',
    });
    const seen = new Set<string>();
    const observe = async (result: BatchObservableResult): Promise<void> => {
      const found = new Map((await depths()).map((depth) => [depth.topic, depth]));
      for (const topic of found.keys()) seen.add(topic);
      for (const topic of seen) {
        result.observe(due, found.get(topic)?.due ?? 0, { topic });
        result.observe(oldest, found.get(topic)?.oldestDueSeconds ?? 0, { topic });
      }
    };
    this.meter.addBatchObservableCallback(observe, [due, oldest]);
    return () => this.meter.removeBatchObservableCallback(observe, [due, oldest]);
  }
}
