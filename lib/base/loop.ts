/** The one kind of long-lived work: a round that returns how long to rest, until it is woken or stopped. */
import { jittered, monotonicMs } from './clock.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Rounds never overlap. A wake during a round forbids the rest after it, so that nothing said meanwhile is slept
 * over. A round that throws is reported and repeated after a pause that doubles from 0.1 s to 10 s, with jitter.
 */
export class Loop {
  private running = false;
  private round: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private dueAt = Number.POSITIVE_INFINITY;
  private wakeBy = Number.POSITIVE_INFINITY;
  private failures = 0;

  /**
   * @param tick one round; returns the milliseconds to rest, Infinity to rest until woken
   * @param failed is told what a round threw
   */
  constructor(
    private readonly tick: () => Promise<number>,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** Starts, with a round at once unless `restMs` is given. */
  start(restMs = 0): void {
    if (this.running) return;
    this.running = true;
    // The last round before a stop that nobody waited for.
    if (this.round) this.wakeWithin(restMs);
    else this.rest(restMs);
  }

  /** A round now, or right after the one that runs. */
  wake(): void {
    this.wakeWithin(0);
  }

  /** A round now even if the last ones failed: what made them fail is known to be over. */
  retryNow(): void {
    this.failures = 0;
    this.wake();
  }

  /** A round after `ms` at the latest; while rounds fail, their pause holds. */
  wakeWithin(ms: number): void {
    if (!this.running) return;
    if (this.round) this.wakeBy = Math.min(this.wakeBy, monotonicMs() + ms);
    else if (this.failures === 0) this.restUntil(monotonicMs() + ms);
  }

  /** It runs, no round is under way, and the last one did not fail. */
  get idle(): boolean {
    return this.running && this.round === undefined && this.failures === 0;
  }

  /** No further round; resolves when the one that runs has ended. */
  async stop(): Promise<void> {
    this.running = false;
    clearTimeout(this.timer);
    this.dueAt = Number.POSITIVE_INFINITY;
    await this.round;
  }

  private rest(ms: number): void {
    const wakeBy = this.wakeBy;
    this.wakeBy = Number.POSITIVE_INFINITY;
    this.dueAt = Number.POSITIVE_INFINITY;
    this.restUntil(this.failures === 0 ? Math.min(monotonicMs() + ms, wakeBy) : monotonicMs() + ms);
  }

  private restUntil(at: number): void {
    if (at >= this.dueAt) return;
    this.dueAt = at;
    clearTimeout(this.timer);
    const ms = at - monotonicMs();
    if (ms <= 0) {
      this.go();
      return;
    }
    // Node cuts the fraction of a delay off: without rounding up, a round would often come a moment too early.
    this.timer = setTimeout(() => this.go(), Math.min(Math.ceil(ms), 2 ** 31 - 1));
  }

  private go(): void {
    clearTimeout(this.timer);
    this.dueAt = Number.POSITIVE_INFINITY;
    // The round begins a microtask later, so that `round` is set before the tick can wake its own loop.
    this.round = Promise.resolve()
      .then(() => this.once())
      .then((restMs) => {
        this.round = undefined;
        if (this.running) this.rest(restMs);
      });
  }

  private async once(): Promise<number> {
    try {
      const restMs = await this.tick();
      this.failures = 0;
      return restMs;
    } catch (error) {
      this.failures++;
      this.failed(error);
      return jittered(Math.min(FIRST_PAUSE_MS * 2 ** (this.failures - 1), LONGEST_PAUSE_MS));
    }
  }
}
