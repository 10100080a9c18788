/** Lets several attempts share one call: a handler that takes many jobs at once. */
import type { Job } from './job.js';

interface Guest {
  readonly job: Job;
  resolve(): void;
  reject(error: unknown): void;
}

/** What a batch handler returns that knows the end of each of its jobs: those that failed, and how. */
export class Ends {
  constructor(readonly failed: ReadonlyMap<Job, unknown>) {}
}

/**
 * Jobs that start in one turn of the event loop (those of one claim) go to `run` together, `size` at most. Each is an
 * attempt of its own: what its handler has not moved completes, without a result, when the call returns, and fails when
 * it throws.
 */
export function inBatches(size: number, run: (jobs: Job[]) => unknown): (job: Job) => Promise<void> {
  let waiting: Guest[] = [];

  async function go(): Promise<void> {
    const guests = waiting;
    waiting = [];
    try {
      const ends = await run(guests.map(({ job }) => job));
      for (const guest of guests)
        if (ends instanceof Ends && ends.failed.has(guest.job)) guest.reject(ends.failed.get(guest.job));
        else guest.resolve();
    } catch (error) {
      for (const guest of guests) guest.reject(error);
    }
  }

  return (job) =>
    new Promise((resolve, reject) => {
      waiting.push({ job, resolve, reject });
      if (waiting.length === size) void go();
      else if (waiting.length === 1) queueMicrotask(() => waiting.length > 0 && void go());
    });
}
