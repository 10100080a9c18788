/** `@OnJobEvent`: a method that hears what happens to the jobs of this process. */
import type { EventName, Events } from '../events/events.js';
import { append } from './metadata.js';

export interface OnJobEventOptions {
  /** Only events of jobs whose topic fits; `*` stands for any run of characters. Default: all. */
  topic?: string | undefined;
  /** The name of the instance. Default: the one that has none. */
  instance?: string | undefined;
}

export interface ListenerMark {
  readonly event: EventName;
  readonly options: OnJobEventOptions;
}

export const LISTENERS = 'programma:listeners';

type Decorator<K extends EventName> = <T extends (event: Events[K]) => unknown>(
  prototype: object,
  method: string | symbol,
  of: TypedPropertyDescriptor<T>,
) => void;

/**
 * The method gets this event of jobs that run in this process; one that throws is reported as `error`, and never felt
 * by a job.
 * @param only a topic or a pattern such as `mail.*`, or the options
 */
export function OnJobEvent<K extends EventName>(event: K, only: string | OnJobEventOptions = {}): Decorator<K> {
  const options = typeof only === 'string' ? { topic: only } : only;
  return (prototype, method) => append<ListenerMark>(LISTENERS, prototype, method, { event, options });
}
