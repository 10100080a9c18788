/** `@ProcessJob`: makes a method the handler of a topic. */

import type { Topic } from '../job/define-topic.js';
import type { Every, ScheduleOptions } from '../job/schedule.js';
import type { HandlerOptions } from '../options/handler-options.js';
import type { Job } from '../worker/job.js';
import { append } from './metadata.js';

export interface ProcessJobOptions extends HandlerOptions {
  /** The name of the instance whose jobs these are. Default: the one that has none. */
  instance?: string | undefined;
}

export interface HandlerMark {
  readonly topic: string | Topic;
  readonly options: ProcessJobOptions;
  /** Its jobs come by themselves. */
  readonly schedule?: { readonly name: string; readonly every: Every; readonly options: ScheduleOptions };
}

export const HANDLERS = 'programma:handlers';

/** A method: its jobs come as a `Job`, or as what the decorators of its parameters say (`@Payload()`, `@CurrentJob()`). */
export type Method = (...given: never[]) => unknown;
/** The same with many jobs. */
type BatchMethod = (jobs: never[], ...more: never[]) => unknown;

/** The job, or its payload where a decorator of the parameter says so. */
type MethodOf<O> = ((job: Job<O>, ...more: never[]) => unknown) | ((payload: O, ...more: never[]) => unknown);
type BatchMethodOf<O> =
  | ((jobs: Job<O>[], ...more: never[]) => unknown)
  | ((payloads: O[], ...more: never[]) => unknown);

export type Decorator<M> = <T extends M>(
  prototype: object,
  method: string | symbol,
  of: TypedPropertyDescriptor<T>,
) => void;

/**
 * Makes a method of a provider the handler of a topic. Returning completes the job with the returned value as its
 * result, throwing fails the attempt (`completion: 'auto'`). A method may have several, a class any number.
 *
 * Options that are set here can be changed by configuration: `forRoot({ handlers: { 'mail.*': { maxJobs: 5 } } })`.
 * What is wrong with them, and a second handler of the topic, fails `app.init()`.
 *
 * @example
 * @ProcessJob('mail.welcome', { maxJobs: 5 })
 * async send(job: Job<{ userId: number }>) { … }
 */
export function ProcessJob<I, O>(
  topic: Topic<I, O>,
  options: ProcessJobOptions & { batch: number },
): Decorator<BatchMethodOf<O>>;
export function ProcessJob<I, O>(topic: Topic<I, O>, options?: ProcessJobOptions): Decorator<MethodOf<O>>;
export function ProcessJob(topic: string, options: ProcessJobOptions & { batch: number }): Decorator<BatchMethod>;
export function ProcessJob(topic: string, options?: ProcessJobOptions): Decorator<Method>;
export function ProcessJob(topic: string | Topic, options: ProcessJobOptions = {}): Decorator<Method> {
  return (prototype, method) => append<HandlerMark>(HANDLERS, prototype, method, { topic, options });
}
