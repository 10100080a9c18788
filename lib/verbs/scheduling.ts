/** The verbs about what recurs. */
import { InvalidJobError } from '../base/errors.js';
import { Recurrence, ruleOf } from '../job/recurrence.js';
import { type Every, type ScheduleOptions, scheduleOf } from '../job/schedule.js';
import type { JobConfig, JobDefaults } from '../job/spec.js';
import { checkTopic } from '../job/topic.js';
import type { KeptSchedule, Schedules as Store } from '../store/schedules.js';

/** A schedule as it stands. */
export interface Schedule {
  name: string;
  topic: string;
  /** One of the two. */
  pattern: string | null;
  everySeconds: number | null;
  timeZone: string;
  missed: 'skip' | 'once' | 'all';
  overlap: 'skip' | 'queue';
  /** `paused` by pauseSchedule; `undeclared`: no process declares it in its code any more; `ended`: no tick is left. */
  state: 'running' | 'paused' | 'undeclared' | 'ended';
  nextRun: Date | null;
  /** Its last tick that became a job. */
  lastRun: Date | null;
  lastJobId: string | null;
  /** Runs that are left; null: no end. */
  remaining: number | null;
  data: unknown;
}

/** A schedule that code declares; it is put into the database at each start. */
export interface Declared {
  readonly name: string;
  readonly every: Every;
  readonly options: ScheduleOptions;
}

export class Scheduling {
  constructor(
    private readonly store: Store,
    private readonly defaults: JobDefaults,
    private readonly changed: () => void,
    private readonly add: (topic: string, job: JobConfig) => Promise<string>,
  ) {}

  async put(name: string, every: Every, options: ScheduleOptions, declared: boolean): Promise<void> {
    const spec = scheduleOf(name, every, options, this.defaults);
    await this.store.put(spec.document(await this.store.nowMs()), declared);
    this.changed();
  }

  async remove(name: string): Promise<boolean> {
    return this.store.remove(checkTopic(name));
  }

  async pause(name: string, paused: boolean): Promise<boolean> {
    const done = await this.store.pause(checkTopic(name), paused);
    if (done && !paused) this.changed();
    return done;
  }

  /** Adds one job of it now, beside its ticks; its id, or null when there is no such schedule. */
  async runNow(name: string): Promise<string | null> {
    const [kept] = await this.store.list([checkTopic(name)]);
    if (!kept) return null;
    const { topic, data, priority, retryAfterSeconds, maxAttempts } = kept;
    return this.add(topic, {
      priority,
      retryAfterSeconds,
      ...(data !== null && { data }),
      ...(maxAttempts !== null && { maxAttempts }),
    });
  }

  async all(): Promise<Schedule[]> {
    return (await this.store.list(null)).map(shown);
  }

  /** The next moments at which it runs, paused or not. */
  async nextRuns(name: string, count: number): Promise<Date[]> {
    if (!Number.isInteger(count) || count < 1 || count > 1_000)
      throw new InvalidJobError(`nextRuns("${name}"): how many is a whole number from 1 to 1000, not ${String(count)}`);
    const [kept] = await this.store.list([checkTopic(name)]);
    if (!kept) throw new InvalidJobError(`nextRuns("${name}"): there is no such schedule`);
    const { nextMs, endsMs, remaining } = kept;
    if (nextMs === null) return [];
    const recurrence = new Recurrence(ruleOf(kept));
    return recurrence
      .ticks(nextMs, endsMs ?? Number.POSITIVE_INFINITY, Math.min(count, remaining ?? count))
      .map((tick) => new Date(tick));
  }
}

const dateOrNull = (ms: number | null): Date | null => (ms === null ? null : new Date(ms));

const shown = (kept: KeptSchedule): Schedule => ({
  name: kept.name,
  topic: kept.topic,
  pattern: kept.pattern,
  everySeconds: kept.everySeconds,
  timeZone: kept.timeZone,
  missed: kept.missed,
  overlap: kept.overlap,
  state: kept.nextMs === null ? 'ended' : kept.paused ? 'paused' : kept.undeclared ? 'undeclared' : 'running',
  nextRun: dateOrNull(kept.nextMs),
  lastRun: dateOrNull(kept.lastMs),
  lastJobId: kept.lastJobId,
  remaining: kept.remaining,
  data: kept.data,
});
