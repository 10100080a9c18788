/** What the conformance suite asks of a broker: a target, what lies in its queue, and workers behind it. */
import type { Reports, Target, TargetOptions, Task } from 'programma/engine';

export interface Queue {
  readonly name: string;
  /** By way of the switch, if one is given. */
  target(options?: TargetOptions): Target;
  /** Takes out everything that lies in it: what the broker would give to workers, as it gives it. */
  drain(): Promise<{ id: string; data: unknown; attributes: unknown; topic: string }[]>;
  /**
   * Workers as the documentation shows them.
   * @param attempts a failure is tried again until there were so many
   * @param atOnce how many messages are worked on at once (SQS gives what it has); one, unless that is the matter
   */
  work(
    programma: Reports,
    attempts: number,
    run: (task: Task) => unknown,
    atOnce?: number,
  ): Promise<{ stop(): Promise<void> }>;
}

export interface Broker {
  readonly name: string;
  readonly url: string;
  readonly defaultPort: number;
  /** A queue of its own. @param url by which the target reaches it */
  queue(url: string): Promise<Queue>;
  /** Whether the broker, as it is, carries a message of 200 kB. */
  readonly carries200kB: boolean;
  /**
   * A target that takes all of ten jobs but one: the one whose id begins with f and which is larger than 300 kB, or any
   * that is one too many.
   */
  refusing(url: string): Promise<{ queue: Queue; target: Target; becomes: 'failed' | 'created'; why: RegExp }>;
}

let queues = 0;
export const aName = (): string => `handoff-${process.pid}-${Date.now().toString(36)}-${++queues}`;
