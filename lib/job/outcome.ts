/** From what a handler did to what becomes of its job: a pure decision, without clock or database. */
import { BrokerAwayError, JobTimeoutError, NonRetryableError, RetryAfterError, ShutdownError } from '../base/errors.js';
import { type Backoff, backoffSeconds, LONGEST_PAUSE_SECONDS } from './backoff.js';
import { clean } from './text.js';

/** What a handler did. */
export type Ending =
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'threw'; readonly error: unknown }
  /** The stored payload fails its check, now and ever: the handler has not seen it. */
  | { readonly kind: 'refused'; readonly error: unknown }
  /** The signal aborted first: by its time, or because the process stops. */
  | { readonly kind: 'aborted'; readonly reason: unknown };

/** What becomes of a job. Seconds count from the database's now. */
export type Outcome =
  | { readonly kind: 'completed'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'retried'; readonly afterSeconds: number; readonly error: unknown }
  | { readonly kind: 'snoozed'; readonly afterSeconds: number }
  /** Back in the queue, unspent: the process stops. */
  | { readonly kind: 'released' }
  /** Back in the queue as it was, unspent: what it needs is away. */
  | { readonly kind: 'deferred' }
  /** Completion is the handler's own business, and it has said nothing: back in the queue for later. */
  | { readonly kind: 'unmoved'; readonly error: unknown };

export interface Policy {
  readonly completion: 'auto' | 'manual';
  readonly backoff: Backoff;
}

const UNMOVED = new Error('its manual handler ended without moving it, and its attempts are spent');

/** After so many shutdowns, a job that is given back has spent its attempt: it may be what brings the process down. */
export const MAX_RELEASES = 10;

export function judge(
  job: { readonly attempt: number; readonly maxAttempts: number | null; readonly releases: number },
  ending: Ending,
  policy: Policy,
): Outcome {
  if (ending.kind === 'refused') return { kind: 'failed', error: ending.error };
  const error = errorOf(ending);
  if (error instanceof BrokerAwayError) return { kind: 'deferred' };
  const spent = job.maxAttempts !== null && job.attempt >= job.maxAttempts;
  if (error instanceof ShutdownError && job.releases < MAX_RELEASES) return { kind: 'released' };
  if (policy.completion === 'manual')
    return spent ? { kind: 'failed', error: error ?? UNMOVED } : { kind: 'unmoved', error };
  if (ending.kind === 'returned') return { kind: 'completed', result: ending.value };
  if (spent || error instanceof NonRetryableError) return { kind: 'failed', error };
  if (error instanceof ShutdownError) return { kind: 'retried', afterSeconds: 0, error };
  const afterSeconds =
    error instanceof RetryAfterError
      ? Math.min(error.seconds, LONGEST_PAUSE_SECONDS)
      : backoffSeconds(policy.backoff, job.attempt, error);
  return { kind: 'retried', afterSeconds, error };
}

const errorOf = (ending: Ending): unknown =>
  ending.kind === 'threw' ? ending.error : ending.kind === 'aborted' ? ending.reason : undefined;

/** Whether an attempt that the signal has ended failed by its own time. */
export const timedOut = (ending: Ending): boolean =>
  ending.kind === 'aborted' && ending.reason instanceof JobTimeoutError;

const MAX_STACK = 4 * 1024;

/** An error as `errors` keeps it: cleaned of what PostgreSQL cannot keep, its stack cut to 4 kB. Throws nothing. */
export function faultOf(error: unknown): { name: string; message: string; stack?: string } {
  try {
    if (error instanceof Error) {
      const causes = causeLine(error);
      return {
        name: clean(String(error.name)),
        message: clean(String(error.message) + causes).slice(0, 16 * 1024),
        ...(error.stack && { stack: clean(String(error.stack).slice(0, MAX_STACK)) }),
      };
    }
    return {
      name: 'Error',
      message: clean(typeof error === 'string' ? error : (JSON.stringify(error) ?? String(error))).slice(0, 16 * 1024),
    };
  } catch {
    return { name: 'Error', message: 'an error that cannot be described' };
  }
}

const causeLine = (error: Error): string => (error.cause instanceof Error ? ` (cause: ${error.cause.message})` : '');
