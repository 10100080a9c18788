/** Claims whose answer was lost: what a worker was promised without hearing of it goes back, unspent. */
import { monotonicMs } from '../base/clock.js';

/** Pauses between looks for what a lost answer may have promised: they double, and are 12.7 s together. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 6_400;

interface Look {
  readonly atMs: number;
  readonly pauseMs: number;
}

/**
 * The server may still be at work on a statement whose answer was lost, so that it is looked for more than once; and
 * the looks themselves may come to the server late. So nothing is ever claimed again under the name under which an
 * answer was lost: however late a look for that name comes, it finds nothing but what it knew, and what was lost.
 */
export class Unheard {
  /** Under which the worker claims. */
  name: string;
  private names = 1;
  private readonly looks = new Map<string, Look>();

  /** @param release gives back what was promised under these names and is not known; answers how many jobs */
  constructor(
    private readonly worker: string,
    private readonly release: (names: readonly string[]) => Promise<number>,
  ) {
    this.name = worker;
  }

  /** An answer to a claim under this name was lost. */
  lost(name: string): void {
    this.looks.set(name, { atMs: Number.NEGATIVE_INFINITY, pauseMs: FIRST_PAUSE_MS });
    if (name === this.name) this.name = `${this.worker}.${++this.names}`;
  }

  /** The next look is the last. */
  hurry(): void {
    for (const [name, look] of this.looks) this.looks.set(name, { ...look, atMs: Number.NEGATIVE_INFINITY });
  }

  /** Looks where it is time to; answers how many jobs went back. */
  async giveBack(): Promise<number> {
    const now = monotonicMs();
    const due = [...this.looks].filter(([, { atMs }]) => atMs <= now);
    if (due.length === 0) return 0;
    // Before the statement: what is lost meanwhile begins anew.
    for (const [name, { pauseMs }] of due)
      if (pauseMs > LONGEST_PAUSE_MS) this.looks.delete(name);
      else this.looks.set(name, { atMs: now + pauseMs, pauseMs: 2 * pauseMs });
    const names = due.map(([name]) => name);
    try {
      return await this.release(names);
    } catch (error) {
      for (const name of names) this.lost(name);
      throw error;
    }
  }

  /** Milliseconds until the next look. */
  get nextMs(): number {
    return Math.min(...[...this.looks.values()].map(({ atMs }) => atMs)) - monotonicMs();
  }
}
