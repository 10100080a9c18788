/** `@RecurringJob`: makes a method the handler of a topic whose jobs come by themselves. */
import type { Every, ScheduleOptions } from '../job/schedule.js';
import { append } from './metadata.js';
import {
  type Decorator,
  HANDLERS,
  type HandlerMark,
  type Method,
  type ProcessJobOptions,
} from './process-job.decorator.js';

export interface RecurringJobOptions extends ProcessJobOptions, Omit<ScheduleOptions, 'maxAttempts'> {}

/** What concerns when jobs come, and not how their handler runs. */
const SCHEDULE = [
  'timeZone',
  'missed',
  'overlap',
  'start',
  'end',
  'count',
  'data',
  'priority',
  'retryAfterSeconds',
] as const satisfies readonly (keyof ScheduleOptions)[];

/**
 * Makes a method of a provider the handler of a topic, and gives it a job for each tick, once in the whole fleet.
 * `job.tick` is the moment that was named, however late or often the job runs. The schedule lies in the database: it is
 * changed when the code is, and rests when the code is gone.
 *
 * @param name of the schedule, and of its topic unless `topic` says otherwise
 * @param every a cron pattern (five fields, or six with seconds in front), or `{ everySeconds }`
 *
 * @example
 * @RecurringJob('reports.nightly', '0 2 * * *', { timeZone: 'Europe/Berlin', missed: 'once' })
 * async build(job: Job) { … }
 */
export function RecurringJob(name: string, every: Every, options: RecurringJobOptions = {}): Decorator<Method> {
  const { topic = name, ...said } = options;
  const schedule: ScheduleOptions = { topic };
  const handler: ProcessJobOptions = {};
  for (const [key, value] of Object.entries(said))
    Object.assign((SCHEDULE as readonly string[]).includes(key) ? schedule : handler, { [key]: value });
  return (prototype, method) =>
    append<HandlerMark>(HANDLERS, prototype, method, {
      topic,
      options: handler,
      schedule: { name, every, options: schedule },
    });
}
