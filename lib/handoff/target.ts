/** What a broker is to a hand-off: something that takes messages, and says which of them it has. */
import { OptionsError } from '../base/errors.js';
import { Checker } from '../options/checker.js';
import type { Message } from './message.js';

export interface TargetOptions {
  /**
   * So many seconds after the broker has confirmed a job, the job is taken back when its worker has not reported;
   * progress begins them anew. Infinity: it is never taken back. Default 3600.
   */
  deadlineSeconds?: number | undefined;
  /** Taken back, a job goes into the queue (`retry`), or it fails (`fail`). Default `retry`. */
  whenLost?: 'retry' | 'fail' | undefined;
  /** The most jobs that go to the broker in one round trip. Default 100. */
  batch?: number | undefined;
  /** A broker that does not confirm within so many seconds counts as away. Default 10. */
  confirmSeconds?: number | undefined;
}

/** What became of the messages of one delivery. */
export interface Delivery {
  /** Ids of the jobs that the broker has confirmed. */
  readonly confirmed: readonly string[];
  /** Jobs that the broker, or the target before sending, refused: the id, and why. */
  readonly refused?: ReadonlyMap<string, unknown>;
  /** Why the broker has said nothing of the others. */
  readonly error?: unknown;
}

export interface ResolvedTarget {
  readonly deadlineSeconds: number | undefined;
  readonly whenLost: 'retry' | 'fail';
  readonly batch: number;
  readonly confirmMs: number;
}

/** One of `programma/handoff/…`, or one of your own: the driver knows no more of a broker than this. */
export interface Target {
  /** As `lost by …` among a job's errors names it. */
  readonly broker: string;
  readonly options: ResolvedTarget;
  /** Resolves when the broker has answered for all of them; rejects when it could not be spoken to. */
  deliver(messages: readonly Message[]): Promise<Delivery>;
  /** Rejects while the broker cannot take messages. */
  ping(): Promise<void>;
  /** Lets go of the connections that it has made; the next delivery makes new ones. */
  close(): Promise<void>;
}

const KNOWN = [
  'deadlineSeconds',
  'whenLost',
  'batch',
  'confirmSeconds',
] as const satisfies readonly (keyof TargetOptions)[];

/**
 * @param own the options that only this broker has
 * @param check finds what is wrong with those
 * @throws OptionsError with every fault
 */
export function resolveTarget<O extends TargetOptions>(
  broker: string,
  options: O,
  own: readonly Exclude<keyof O, keyof TargetOptions>[],
  check: (c: Checker, resolved: ResolvedTarget) => void,
): ResolvedTarget {
  if (options === null || typeof options !== 'object')
    throw new OptionsError(['options are an object'], `${broker}(…)`);
  const c = new Checker();
  c.keys('', options, [...KNOWN, ...(own as readonly string[])]);
  const { deadlineSeconds, whenLost = 'retry' } = options;
  const endless = deadlineSeconds === Number.POSITIVE_INFINITY;
  if (whenLost !== 'retry' && whenLost !== 'fail') c.fault('whenLost: is "retry" or "fail"');
  const resolved = {
    deadlineSeconds: endless ? undefined : c.number('deadlineSeconds', deadlineSeconds, 3_600, 0.001, 1e10, 'seconds'),
    whenLost,
    batch: c.whole('batch', options.batch, 100, 1, 10_000),
    confirmMs: 1_000 * c.number('confirmSeconds', options.confirmSeconds, 10, 0.001, 3_600, 'seconds'),
  };
  check(c, resolved);
  if (c.problems.length > 0) throw new OptionsError(c.problems, `${broker}(…)`);
  return Object.freeze(resolved);
}

export const checkName = (c: Checker, option: string, name: unknown): void => {
  if (typeof name !== 'string' || name === '') c.fault(`${option}: is not the name of a queue`);
};

/** What is wrong with what was given as a target. */
export const targetFault = (given: unknown): string | undefined => {
  const target = given as Partial<Target> | null | undefined;
  const isTarget =
    [target?.deliver, target?.ping, target?.close].every((verb) => typeof verb === 'function') &&
    target?.options !== undefined;
  return isTarget
    ? undefined
    : "its target is not one: give bullmq({ queue: 'mail', connection }) of programma/handoff/bullmq, or another of programma/handoff";
};
