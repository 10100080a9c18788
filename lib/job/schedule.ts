/** What a caller says of a schedule, checked and made ready for its statement. */
import { InvalidJobError } from '../base/errors.js';
import { didYouMean } from '../base/suggest.js';
import { Recurrence, ruleOf } from './recurrence.js';
import { checkAttempts, checkDate, checkLease, checkPriority, type JobDefaults } from './spec.js';
import { toJson } from './text.js';
import { checkTopic } from './topic.js';

/** A cron pattern (five fields, or six with seconds in front), or so many seconds, which count from `start` or from 1970. */
export type Every = string | { everySeconds: number };

export interface ScheduleOptions {
  /** The topic of its jobs. Default: its name. */
  topic?: string | undefined;
  /** In which the pattern is read, such as `Europe/Berlin`. Default `UTC`. */
  timeZone?: string | undefined;
  /**
   * Of ticks at which no process was there: `skip` runs none of them, `once` the last one, `all` each of them. The last
   * one runs in any case when it is less than a minute late. With `overlap: 'skip'`, `all` is `once`. Default `once`.
   */
  missed?: 'skip' | 'once' | 'all' | undefined;
  /** A tick at which the last run is not finished: `skip` leaves it out, `queue` adds its job. Default `queue`. */
  overlap?: 'skip' | 'queue' | undefined;
  /** No tick before, no tick after. */
  start?: Date | string | undefined;
  end?: Date | string | undefined;
  /** Ends after so many runs. */
  count?: number | undefined;
  /** Of its jobs, as in addJob. */
  data?: unknown;
  priority?: number | undefined;
  retryAfterSeconds?: number | undefined;
  maxAttempts?: number | undefined;
}

const KNOWN = [
  'topic',
  'timeZone',
  'missed',
  'overlap',
  'start',
  'end',
  'count',
  'data',
  'priority',
  'retryAfterSeconds',
  'maxAttempts',
] as const;

export interface ScheduleSpec {
  readonly name: string;
  readonly recurrence: Recurrence;
  /** As put-schedule.sql reads it, its first tick after `nowMs`. */
  document(nowMs: number): string;
}

/** @throws InvalidJobError */
export function scheduleOf(name: string, every: Every, options: ScheduleOptions, defaults: JobDefaults): ScheduleSpec {
  const where = `the schedule "${String(name)}"`;
  checkTopic(name);
  for (const key of Object.keys(options))
    if (!(KNOWN as readonly string[]).includes(key))
      throw new InvalidJobError(`${where}: nobody knows "${key}"${didYouMean(key, KNOWN)}`);
  const said = {
    name,
    topic: checkTopic(options.topic ?? name),
    ...ruleSaid(every, where),
    time_zone: options.timeZone ?? 'UTC',
    missed: oneOf(options.missed ?? 'once', ['skip', 'once', 'all'], `${where}: missed`),
    overlap: oneOf(options.overlap ?? 'queue', ['skip', 'queue'], `${where}: overlap`),
    starts_at: options.start === undefined ? null : checkDate(options.start, where, 'start').toISOString(),
    ends_at: options.end === undefined ? null : checkDate(options.end, where, 'end').toISOString(),
    max_runs: options.count === undefined ? null : checkAttempts(options.count, where, 'count'),
    priority: checkPriority(options.priority ?? defaults.priority, where),
    retry_after_seconds: checkLease(options.retryAfterSeconds ?? defaults.retryAfterSeconds, where),
    max_attempts: options.maxAttempts === undefined ? null : checkAttempts(options.maxAttempts, where),
  };
  const data = options.data === undefined ? undefined : toJson(options.data, `the data of ${where}`);
  const startsMs = said.starts_at === null ? null : Date.parse(said.starts_at);
  const endsMs = said.ends_at === null ? Number.POSITIVE_INFINITY : Date.parse(said.ends_at);
  const recurrence = recurrenceOf(said, startsMs, where);
  return {
    name,
    recurrence,
    document(nowMs) {
      const next = recurrence.next(Math.max(nowMs, (startsMs ?? 0) - 1));
      const next_at = next === null || next > endsMs ? null : new Date(next).toISOString();
      const json = JSON.stringify({ ...said, next_at });
      return data === undefined ? json : `${json.slice(0, -1)},"data":${data}}`;
    },
  };
}

function recurrenceOf(
  said: { pattern: string | null; every_seconds: number | null; time_zone: string },
  startsMs: number | null,
  where: string,
): Recurrence {
  try {
    return new Recurrence(
      ruleOf({ pattern: said.pattern, everySeconds: said.every_seconds, timeZone: said.time_zone, startsMs }),
    );
  } catch (cause) {
    throw new InvalidJobError(`${where}: ${(cause as Error).message}`, { cause });
  }
}

function ruleSaid(every: Every, where: string): { pattern: string | null; every_seconds: number | null } {
  if (typeof every === 'string') return { pattern: every, every_seconds: null };
  const seconds: unknown = every?.everySeconds;
  if (typeof seconds !== 'number' || !(seconds >= 1 && seconds <= 1e9))
    throw new InvalidJobError(
      `${where}: say a cron pattern such as "0 2 * * *", or { everySeconds } of 1 or more, not ${JSON.stringify(every)}`,
    );
  return { pattern: null, every_seconds: seconds };
}

function oneOf<T extends string>(value: T, known: readonly T[], what: string): T {
  if (!known.includes(value)) throw new InvalidJobError(`${what} is one of ${known.join(', ')}, not ${String(value)}`);
  return value;
}
