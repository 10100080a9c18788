/** waitForJob: the record of a job when it is finished, in whichever process. */
import { monotonicMs } from '../base/clock.js';
import { InvalidJobError, NotRunningError, WaitTimeoutError } from '../base/errors.js';
import { Loop } from '../base/loop.js';
import type { JobRecord } from '../job/record.js';
import { checkId } from '../job/spec.js';
import { isFinished } from '../job/states.js';
import type { Asking } from '../store/asking.js';

interface Waiter {
  readonly id: string;
  readonly seconds: number;
  readonly byMs: number;
  pauseMs: number;
  lookMs: number;
  resolve(record: JobRecord): void;
  reject(error: unknown): void;
}

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;
/** A look that gets no answer is made again: the connection may be dead, and nobody may wait for it. */
const LOOK_MS = 5_000;

/**
 * What finishes in this process is looked at once it is told, everything else after 20 ms, 40 ms … up to a second; one
 * statement asks for all that are waited for. A handler's outcome is written without waiting for the disk, so before a
 * caller is told, a barrier makes sure that it would survive a crash of the server. Whose time is over is told so on
 * time, also while a look waits for its answer.
 */
export class Waiting {
  private readonly waiters = new Set<Waiter>();
  private readonly looking: Loop;
  private readonly timing: Loop;

  constructor(
    private readonly asking: Asking,
    private readonly failed: (error: unknown) => void,
  ) {
    this.looking = new Loop(() => this.tick(), failed);
    this.timing = new Loop(async () => this.dropLate(), failed);
  }

  start(): void {
    this.looking.start(Number.POSITIVE_INFINITY);
    this.timing.start(Number.POSITIVE_INFINITY);
  }

  async stop(): Promise<void> {
    await Promise.all([this.looking.stop(), this.timing.stop()]);
    for (const waiter of this.waiters)
      waiter.reject(new NotRunningError(`Programma was shut down while job ${waiter.id} was waited for.`));
    this.waiters.clear();
  }

  wait(id: string, seconds: number): Promise<JobRecord> {
    const job = checkId(id);
    if (typeof seconds !== 'number' || !(seconds > 0 && seconds <= 1e9))
      throw new InvalidJobError(
        `waitForJob(${id}): timeoutSeconds is a number of seconds above 0, not ${String(seconds)}`,
      );
    return new Promise((resolve, reject) => {
      const now = monotonicMs();
      this.waiters.add({
        id: job,
        seconds,
        byMs: now + seconds * 1_000,
        pauseMs: FIRST_PAUSE_MS,
        lookMs: now,
        resolve,
        reject,
      });
      this.timing.wakeWithin(seconds * 1_000);
      this.looking.wake();
    });
  }

  /** Jobs have finished in this process. */
  finished(id: string): void {
    let waited = false;
    for (const waiter of this.waiters)
      if (waiter.id === id) {
        waiter.lookMs = 0;
        waited = true;
      }
    if (waited) this.looking.wake();
  }

  private async tick(): Promise<number> {
    const now = monotonicMs();
    const due = [...this.waiters].filter((waiter) => waiter.lookMs <= now);
    try {
      if (due.length > 0) await this.look(due);
    } catch (error) {
      // The database is away: who waits is told when his time is over, not when it is back.
      this.failed(error);
    }
    for (const waiter of due) {
      waiter.lookMs = monotonicMs() + waiter.pauseMs;
      waiter.pauseMs = Math.min(waiter.pauseMs * 2, LONGEST_PAUSE_MS);
    }
    return Math.max(0, Math.min(...[...this.waiters].map((waiter) => waiter.lookMs)) - monotonicMs());
  }

  private dropLate(): number {
    const now = monotonicMs();
    for (const waiter of this.waiters)
      if (waiter.byMs <= now) this.end(waiter, () => waiter.reject(new WaitTimeoutError(waiter.id, waiter.seconds)));
    return Math.min(...[...this.waiters].map((waiter) => waiter.byMs)) - now;
  }

  private async look(due: readonly Waiter[]): Promise<void> {
    const states = await this.asking.states([...new Set(due.map((waiter) => waiter.id))], LOOK_MS);
    const finished = [...states].filter(([, state]) => isFinished(state)).map(([id]) => id);
    if (finished.length > 0) {
      await this.asking.barrier(LOOK_MS);
      const records = new Map((await this.asking.byId(finished, LOOK_MS)).map((record) => [record.id, record]));
      for (const waiter of due) {
        const record = records.get(waiter.id);
        // Taken back by retryJob between the two looks: it is waited for again.
        if (record && isFinished(record.state)) this.end(waiter, () => waiter.resolve(record));
      }
    }
    for (const waiter of due)
      if (!states.has(waiter.id))
        this.end(waiter, () =>
          waiter.reject(
            new InvalidJobError(`waitForJob(${waiter.id}): there is no such job, or it was deleted meanwhile.`),
          ),
        );
  }

  private end(waiter: Waiter, tell: () => void): void {
    this.waiters.delete(waiter);
    tell();
  }
}
