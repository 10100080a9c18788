/** Every event of the process, with what it carries. */
import type { JobSketch } from '../job/record.js';

export interface Events {
  /** A handler is about to get the job. */
  'job:claimed': { job: JobSketch };
  'job:completed': { job: JobSketch; result: unknown; ms: number };
  /** An attempt failed; the next one comes after `afterSeconds`. */
  'job:retried': { job: JobSketch; error: unknown; afterSeconds: number; ms: number };
  /** It failed for good. */
  'job:failed': { job: JobSketch; error: unknown; ms: number };
  'job:snoozed': { job: JobSketch; afterSeconds: number; ms: number };
  /** A running handler of this process was told through its signal that its job was cancelled or deleted. */
  'job:cancelled': { job: JobSketch };
  /** The handler ended, and its job had been moved by hand before. */
  'job:moved': { job: JobSketch; ms: number };
  /** A `manual` handler ended without moving its job, which is back in the queue (or `failed`, its attempts spent). */
  'job:unmoved': { job: JobSketch; error: unknown; ms: number };
  /** Back in the queue, unspent: the process stops before the handler ended, or the broker it should go to is away. */
  'job:released': { job: JobSketch; ms: number };
  /** The claim was lost: the lease ended, or another process has the job. What the handler says about it is refused. */
  'job:lease-lost': { job: JobSketch };
  /** The handler goes on although its time is over: it ignores its signal and keeps its place until it ends. */
  'job:overrun': { job: JobSketch; timeoutSeconds: number };
  /** Whether notifications arrive (`live`) or the process relies on looking (`polling`). */
  listen: { state: 'live' | 'polling'; reason?: string };
  /** A fault that no caller gets to hear otherwise. */
  error: { error: unknown; where: string };
}

export type EventName = keyof Events;

const NAMES: Record<EventName, true> = {
  'job:claimed': true,
  'job:completed': true,
  'job:retried': true,
  'job:failed': true,
  'job:snoozed': true,
  'job:cancelled': true,
  'job:moved': true,
  'job:unmoved': true,
  'job:released': true,
  'job:lease-lost': true,
  'job:overrun': true,
  listen: true,
  error: true,
};

/** For checking what a caller says who has no compiler. */
export const EVENT_NAMES: readonly string[] = Object.keys(NAMES);

export type Listener<K extends EventName> = (event: Events[K]) => void;
