/** What is wrong with a single handler or listener, seen at the start and not at its first job. */
import { InvalidJobError } from '../base/errors.js';
import { didYouMean } from '../base/suggest.js';
import { EVENT_NAMES } from '../events/events.js';
import { scheduleOf } from '../job/schedule.js';
import { topicFault } from '../job/topic.js';
import type { Resolved } from '../options/resolved.js';
import { InvalidHandlerError, MisplacedHandlerError } from './boot.error.js';
import type { Found } from './explorer.js';
import { methodOf } from './metadata.js';
import { ENHANCERS, ROUTE_ARGS_METADATA } from './nest-internals.js';
import type { ListenerMark } from './on-job-event.decorator.js';
import type { HandlerMark } from './process-job.decorator.js';

export function* handlerFaults(found: Found<HandlerMark>, jobs: Resolved['jobs']): Iterable<Error> {
  const { mark, where } = found;
  const name = mark.schedule ? '@RecurringJob' : '@ProcessJob';
  const run = methodOf(found.prototype, found.method);
  if (run) {
    yield* parameterFaults(found, run);
    yield* enhancerFaults(found, run);
  } else yield new MisplacedHandlerError(`${where} has ${name} and is not a method. Put it on a method.`);
  if (mark.schedule) yield* scheduleFaults(mark.schedule, jobs, where);
}

export function* listenerFaults({ mark, where, prototype, method }: Found<ListenerMark>): Iterable<Error> {
  if (!methodOf(prototype, method))
    yield new MisplacedHandlerError(`${where} has @OnJobEvent and is not a method. Put it on a method.`);
  if (!EVENT_NAMES.includes(mark.event))
    yield new InvalidHandlerError(
      `${where} listens to "${mark.event}", which is no event${didYouMean(String(mark.event), EVENT_NAMES)}. ` +
        `There are ${EVENT_NAMES.join(', ')}.`,
    );
  const { topic } = mark.options;
  const fault = topic === undefined ? undefined : topicFault(topic);
  if (fault) yield new InvalidHandlerError(`${where}: @OnJobEvent's topic: ${fault}`);
}

/** As soon as one parameter has a decorator Nest passes nothing to those that have none. */
function* parameterFaults({ prototype, method, where }: Found<unknown>, run: { length: number }): Iterable<Error> {
  const marks: object = Reflect.getMetadata(ROUTE_ARGS_METADATA, prototype.constructor, method) ?? {};
  const decorated = Object.values(marks).map(({ index }: { index: number }) => index);
  if (decorated.length === 0) return;
  for (let index = 0; index < run.length; index++)
    if (!decorated.includes(index))
      yield new InvalidHandlerError(
        `${where}: its parameter ${index + 1} would be undefined, since others have a decorator and it has none. ` +
          'Put @CurrentJob() or @Payload() on it.',
      );
}

/**
 * Of a guard, an interceptor or a pipe that is given as a class, Nest makes an instance where the provider is a class
 * itself. Around a method of what a factory made, or of a value, it would leave it out without a word.
 */
function* enhancerFaults({ wrapper, prototype, method, where }: Found<unknown>, run: object): Iterable<Error> {
  const itsClass = prototype.constructor;
  const marks: object = Reflect.getMetadata(ROUTE_ARGS_METADATA, itsClass, method) ?? {};
  const given: unknown[] = [
    ...ENHANCERS.flatMap((key) => [itsClass, run].flatMap((target) => Reflect.getMetadata(key, target) ?? [])),
    ...Object.values(marks).flatMap(({ pipes = [] }: { pipes?: unknown[] }) => pipes),
  ];
  for (const enhancer of new Set(given))
    if (typeof enhancer === 'function' && !wrapper.host?.injectables.has(enhancer))
      yield new InvalidHandlerError(
        `${where}: Nest would leave out ${enhancer.name}, which is given as a class, since the provider is none: a ` +
          'factory made it, or it is a value. Give an instance, or provide the class itself.',
      );
}

function* scheduleFaults(
  { name, every, options }: NonNullable<HandlerMark['schedule']>,
  jobs: Resolved['jobs'],
  where: string,
): Iterable<Error> {
  try {
    scheduleOf(name, every, options, jobs);
  } catch (cause) {
    yield new InvalidJobError(`${where}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
