/** What a handler may say about itself. */
import type { Backoff } from '../job/backoff.js';

export interface HandlerOptions {
  /** The longest rest between two looks for work, seconds, 1 to 3600. Default: the option `heartBeat`, 10. */
  heartBeat?: number | undefined;
  /**
   * How many jobs of this handler one process has in hand at once, 1 to 10,000. Default: the option `maxJobs`, 10; of a batch
   * handler at least one batch.
   */
  maxJobs?: number | undefined;
  /**
   * `auto`: returning completes the job, throwing fails the attempt. `manual`: the handler moves the job itself.
   * Default: `auto` for `@ProcessJob`, `manual` for `processJobs`.
   */
  completion?: 'auto' | 'manual' | undefined;
  /** Attempts before a job is `failed`; the job's own wins. Default: 20 in `auto`, no limit in `manual`. */
  maxAttempts?: number | undefined;
  /** The pause before the next attempt. Default exponential from 5 s to 1 h, with jitter. */
  backoff?: Backoff | undefined;
  /** After so many seconds the handler's signal aborts and the attempt has failed. Default: no limit. */
  timeoutSeconds?: number | undefined;
  /**
   * The handler gets up to so many jobs at once, as an array: 1 to 10,000. What it has not moved itself completes
   * when it returns, without a result, and fails when it throws. Default: a job a call. Configuration by topic pattern
   * can change the number, not make a batch of what is none.
   */
  batch?: number | undefined;
}

export interface ResolvedHandler {
  readonly topic: string;
  readonly heartBeatMs: number;
  readonly maxJobs: number;
  readonly completion: 'auto' | 'manual';
  readonly maxAttempts: number | null;
  readonly backoff: Backoff;
  readonly timeoutSeconds: number | undefined;
  readonly batch: number | undefined;
}
