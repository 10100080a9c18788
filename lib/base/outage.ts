/** Knows whether the database is away; says so once, and acts each time it is back, however many parts meet it. */
import { monotonicMs } from './clock.js';

const SAY_AGAIN_AFTER_MS = 60_000;

export interface Saying {
  away(error: unknown): void;
  /** @param seconds how long it was away; undefined: that it was away was not said, so neither is this */
  back(seconds: number | undefined): void;
}

export class Outage {
  private since: number | undefined;
  private saidAt = Number.NEGATIVE_INFINITY;
  private said = false;

  constructor(private readonly saying: Saying) {}

  /** Something did not reach the database. Connections that keep breaking are said at most once a minute. */
  met(error: unknown): void {
    const now = monotonicMs();
    if (this.since !== undefined) return;
    this.since = now;
    this.said = now - this.saidAt >= SAY_AGAIN_AFTER_MS;
    if (!this.said) return;
    this.saidAt = now;
    this.saying.away(error);
  }

  /** The database answered. What was missed is looked for after every outage, also after one that was not said. */
  over(): void {
    if (this.since === undefined) return;
    const seconds = (monotonicMs() - this.since) / 1_000;
    this.since = undefined;
    this.saying.back(this.said ? seconds : undefined);
  }
}
