/** The worker's side of a hand-off: runs the work of a message, and reports what becomes of it. */
import { UnreportedError } from '../base/errors.js';
import { fromBroker, type Message, type Trace } from './message.js';
import type { Reporter } from './reporter.js';

/** A `Programma` (or `ProgrammaService`) that is started; it needs no handlers: `workers: false` is enough. */
export interface Reports {
  /** @internal */
  reporter(): Promise<Reporter>;
}

/** A job as its worker behind the broker sees it. */
export interface Task<T = unknown> {
  readonly id: string;
  readonly topic: string;
  readonly data: T;
  /** As they were when the job was handed over. */
  readonly attributes: Record<string, unknown> | null;
  readonly trace: Trace | undefined;
  /** How far the work is, for whoever looks. It begins the deadline anew. */
  progress(value: unknown): Promise<void>;
  /** Adds one to the job's attributes. */
  addToAttributes(key: string, value: unknown): Promise<void>;
  /** Adds several. */
  addAttributes(attributes: Record<string, unknown>): Promise<void>;
}

/**
 * The work: what it returns is the job's result, what it throws is a failed try.
 * @param given what the broker's client gave: its job, its message
 */
export type Work<T, Given> = (task: Task<T>, given: Given) => unknown;

/**
 * Resolves with the result when the job is completed durably; rejects with what the work threw, after the last try is
 * reported durably, too, or with UnreportedError when that is not possible. Work of a job that is finished already (it
 * was cancelled, or delivered twice) is left out.
 * @param isLast whether the broker gives no further try after this error
 */
export async function work<T, Given>(
  reports: Reports,
  payload: unknown,
  given: Given,
  run: Work<T, Given>,
  isLast: (error: unknown) => boolean,
): Promise<unknown> {
  const message = fromBroker(payload);
  const reporter = await reports.reporter();
  if (!(await reporter.isOpen(message.id))) return undefined;
  let result: unknown;
  try {
    result = await run(taskOf<T>(message, reporter), given);
  } catch (error) {
    if (isLast(error))
      await reporter.failed(message.id, error).catch((cause) => {
        throw new UnreportedError(message.id, error, { cause });
      });
    throw error;
  }
  await reporter.done(message.id, result);
  return result;
}

function taskOf<T>({ id, topic, data, attributes, trace, handedOver }: Message, reporter: Reporter): Task<T> {
  return {
    id,
    topic,
    data: data as T,
    attributes,
    trace,
    progress: async (value) => void (await reporter.progress(id, handedOver, value)),
    addToAttributes: async (key, value) => void (await reporter.addAttributes(id, { [key]: value })),
    addAttributes: async (added) => void (await reporter.addAttributes(id, added)),
  };
}
