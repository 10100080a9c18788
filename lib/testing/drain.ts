/** Runs everything that is due, in its turn, until nothing is. */
import type { Assembly } from '../assembly.js';
import { sleep } from '../base/clock.js';
import { InvalidJobError } from '../base/errors.js';
import type { DueJob, Rehearsal } from '../store/rehearsal.js';
import type { Handler } from '../worker/handler.js';

export interface DrainOptions {
  /** How many handlers run at once. More than 1 when one of them waits for the job of another. Default 1. */
  atOnce?: number | undefined;
  /** After so many jobs it gives up: they seem to add each other without end. Default 10,000. */
  atMost?: number | undefined;
}

/** What somebody else has at this moment is looked at again after this. */
const LOOK_AGAIN_MS = 10;
const LOOK_AHEAD = 1_000;

/**
 * Jobs are claimed by id, one after the other: no timer, no look for work, and so no order but that of the queue. A
 * batch handler gets what is due of its topic together. In an app that works by itself, what it has in hand is waited
 * for, too.
 */
export class Drain {
  private readonly running = new Map<Promise<unknown>, readonly string[]>();
  private ran = 0;

  constructor(
    private readonly parts: Assembly,
    private readonly rehearsal: Rehearsal,
    private readonly options: DrainOptions,
  ) {}

  async run(): Promise<void> {
    const { atOnce = 1 } = this.options;
    for (;;) {
      while (this.running.size < atOnce && (await this.startNext()));
      // With a place free, what runs may add a job that it waits for.
      const look = this.running.size < atOnce ? [sleep(LOOK_AGAIN_MS)] : [];
      if (this.running.size > 0) await Promise.race([...this.running.keys(), ...look]);
      else if (await this.rehearsal.running(this.parts.workerName)) await sleep(LOOK_AGAIN_MS);
      else if ((await this.due()).length === 0) return;
    }
  }

  private async startNext(): Promise<boolean> {
    const due = await this.due();
    const [first] = due;
    const handler = first && this.parts.handlers.of(first.topic);
    if (!handler) return false;
    const { batch = 1 } = handler.options;
    const ids = due
      .filter(({ topic }) => topic === handler.topic)
      .slice(0, batch)
      .map(({ id }) => id);
    this.count(ids.length, handler);
    const run = this.parts.runHere(handler.topic, ids).then(async (got) => {
      if (got === 0) await sleep(LOOK_AGAIN_MS);
    });
    const watched: Promise<unknown> = run.finally(() => this.running.delete(watched));
    this.running.set(watched, ids);
    return true;
  }

  private async due(): Promise<DueJob[]> {
    const started = new Set([...this.running.values()].flat());
    const due = await this.rehearsal.due(topicsOf(this.parts), LOOK_AHEAD);
    return due.filter(({ id }) => !started.has(id));
  }

  private count(jobs: number, { topic }: Handler): void {
    const { atMost = 10_000 } = this.options;
    this.ran += jobs;
    if (this.ran > atMost)
      throw new InvalidJobError(
        `drain: ${atMost} jobs have run and more are due, now of "${topic}". If they do not add each other without end, raise atMost.`,
      );
  }
}

/** What this process works on. */
export const topicsOf = (parts: Assembly): string[] =>
  parts.handlers
    .all()
    .filter((handler) => !handler.resting)
    .map((handler) => handler.topic);
