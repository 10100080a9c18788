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
import { ROUTE_ARGS_METADATA } from './nest-internals.js';
import type { ListenerMark } from './on-job-event.decorator.js';
import type { HandlerMark } from './process-job.decorator.js';

export function* handlerFaults(found: Found<HandlerMark>, jobs: Resolved['jobs']): Iterable<Error> {
  const { mark, where } = found;
  const name = mark.schedule ? '@RecurringJob' : '@ProcessJob';
  const run = methodOf(found.prototype, found.method);
  if (run) yield* parameterFaults(found, run);
  else yield new MisplacedHandlerError(`${where} has ${name} and is not a method. Put it on a method.`);
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
