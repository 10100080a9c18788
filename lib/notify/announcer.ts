/** Tells the other processes what was added, one notification a topic per 50 ms. */
import { monotonicMs } from '../base/clock.js';
import type { Hint } from '../store/adding.js';
import type { Upkeep } from '../store/upkeep.js';
import { encode, type Message } from './message.js';

const PAUSE_MS = 50;
/** Nobody rests longer than the longest heartBeat, so nobody needs to hear of what is due later. */
const LONGEST_REST_MS = 3_600_000;
/** Ids in one message: a payload has at most 8,000 bytes. */
const IDS = 100;

/**
 * NOTIFY takes a lock over the whole database while its transaction commits, so it never rides on an add: it follows
 * in a transaction of its own, coalesced, and its errors are ignored, since everybody looks for himself at the latest
 * after a heartBeat.
 */
export class Announcer {
  private hints = new Map<string, { hint: Hint; heardMs: number }>();
  private others: Message[] = [];
  private timer: NodeJS.Timeout | undefined;
  private pending = false;
  private sentMs = Number.NEGATIVE_INFINITY;
  private sending: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly upkeep: Upkeep,
    private readonly self: string,
  ) {}

  added(hint: Hint): void {
    if (hint.waitMs > LONGEST_REST_MS) return;
    const earlier = this.hints.get(hint.topic);
    if (earlier && earlier.hint.dueMicros <= hint.dueMicros) return;
    this.hints.set(hint.topic, { hint, heardMs: monotonicMs() });
    this.schedule();
  }

  gone(ids: readonly string[]): void {
    for (let i = 0; i < ids.length; i += IDS) this.others.push({ kind: 'gone', ids: ids.slice(i, i + IDS) });
    this.schedule();
  }

  scheduled(): void {
    if (!this.others.some(({ kind }) => kind === 'scheduled')) this.others.push({ kind: 'scheduled' });
    this.schedule();
  }

  resumed(topic: string): void {
    this.others.push({ kind: 'resumed', topic });
    this.schedule();
  }

  /** Sends what is left, and nothing after that. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    this.send();
    await this.sending;
  }

  start(): void {
    this.stopped = false;
  }

  private schedule(): void {
    if (this.stopped || this.pending) return;
    this.pending = true;
    const restMs = this.sentMs + PAUSE_MS - monotonicMs();
    // A timer takes a millisecond at the least.
    if (restMs > 0) this.timer = setTimeout(() => this.send(), restMs);
    else setImmediate(() => this.send());
  }

  private send(): void {
    this.pending = false;
    const now = monotonicMs();
    const messages = [
      ...[...this.hints.values()].map(
        ({ hint, heardMs }): Message => ({ kind: 'added', ...hint, waitMs: hint.waitMs - (now - heardMs) }),
      ),
      ...this.others,
    ].map((message) => encode(this.self, message));
    this.hints = new Map();
    this.others = [];
    if (messages.length === 0) return;
    this.sentMs = now;
    this.sending = this.upkeep.announce(messages).catch(() => undefined);
  }
}
