/** How long an attempt that failed waits for the next one. */
import { chance } from '../base/clock.js';

export interface BackoffSteps {
  /** `exponential`: seconds × 2^(attempt − 1); `linear`: seconds × attempt; `fixed`: seconds. Default exponential. */
  type?: 'exponential' | 'linear' | 'fixed' | undefined;
  /** The first pause. Default 5. */
  seconds?: number | undefined;
  /** The longest pause. Default 3600. */
  maxSeconds?: number | undefined;
  /** Spreads each pause over its upper half, so that what failed together is not tried together. Default true. */
  jitter?: boolean | undefined;
}

/** Steps, or a function of the attempt that failed (from 1) and its error, that returns seconds. */
export type Backoff = BackoffSteps | ((attempt: number, error: unknown) => number);

/** About thirty years: now and this much are still a moment that PostgreSQL and Date know. */
export const LONGEST_PAUSE_SECONDS = 1e9;

export const DEFAULT_BACKOFF = { type: 'exponential', seconds: 5, maxSeconds: 3_600, jitter: true } as const;

/**
 * Seconds until the next attempt: finite and 0 or more, whatever a function of the user's returns or throws.
 * "Equal jitter", as in AWS Architecture Blog, "Exponential Backoff and Jitter" (2015).
 */
export function backoffSeconds(backoff: Backoff, attempt: number, error: unknown, random = chance): number {
  if (typeof backoff === 'function') return fromFunction(backoff, attempt, error, random);
  const { type, seconds, maxSeconds, jitter } = { ...DEFAULT_BACKOFF, ...defined(backoff) };
  const factor = type === 'exponential' ? 2 ** Math.min(attempt - 1, 1_000) : type === 'linear' ? attempt : 1;
  const pause = Math.min(seconds * factor, maxSeconds);
  return jitter ? pause / 2 + (pause / 2) * random() : pause;
}

function fromFunction(
  backoff: (attempt: number, error: unknown) => number,
  attempt: number,
  error: unknown,
  random: () => number,
): number {
  let seconds: unknown;
  try {
    seconds = backoff(attempt, error);
  } catch {
    seconds = undefined;
  }
  if (typeof seconds !== 'number' || !Number.isFinite(seconds))
    return backoffSeconds(DEFAULT_BACKOFF, attempt, error, random);
  return Math.min(Math.max(seconds, 0), LONGEST_PAUSE_SECONDS);
}

const defined = <T extends object>(o: T): Partial<{ [K in keyof T]: Exclude<T[K], undefined> }> =>
  Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined)) as never;
