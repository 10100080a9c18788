/** Gathers what many callers ask for while a statement is in flight, and sends it in the next one. */
import { jittered, monotonicMs, sleep } from './clock.js';
import { fromOutside } from './frame.js';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
const DEADLINE_CHECK_MS = 100;

/**
 * What to do about an error: the same again after a pause; half of it and half of it; the same and then the halves, but
 * beside those that come after it, because it waits for somebody; or tell the callers.
 */
export type Verdict = 'repeat' | 'halve' | 'aside' | 'refuse';

export interface BatcherOptions<Item, Result> {
  /** Writes all items or none; answers in their order. */
  write(items: readonly Item[]): Promise<readonly Result[]>;
  /** Judges what `write` threw. */
  judge(error: unknown): Verdict;
  /** The error of an item whose time was over before it was written. */
  late(item: Item, cause: unknown): Error;
  /** The error of an item that comes when `maxWaiting` wait already. */
  full?(waiting: number): Error;
  /** Some items were answered, one way or the other. */
  answered?(): void;
  maxItems?: number;
  maxBytes?: number;
  maxWaiting?: number;
  /** How many statements may be in flight at once. */
  lanes?: number;
  /** What waits is shared out among the lanes that are free, but to none of them less than this. */
  leastShare?: number;
  /** Writes and tells outside of everybody's context; else in that of whoever asked first. */
  outside?: boolean;
}

/** An item that waits for its turn, and is told what became of it. */
export interface Entry<Item, Result> {
  readonly item: Item;
  /** About how much of a statement the item fills. */
  readonly bytes: number;
  /** The monotonic millisecond after which it is late; asked anew each time. */
  by?(): number;
  /** The batcher's own mark. */
  done: boolean;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Natural batching: nothing waits for a timer. An item that finds a free lane leaves with all that the process asks
 * for in the same turn of the event loop, or with its share of that; while the lanes are busy, items gather and leave
 * together.
 *
 * A batch that fails is judged once for all of its items: what is passing is repeated with the same items (so what is
 * written must bear being written twice), what the data of a batch-mate made fail is halved until the culprit stands
 * alone, and only that one is refused. What somebody else is in the way of (a record that is locked for long) is
 * halved in the same manner, but aside: it waits at each try, and nobody else shall wait with it.
 */
export class Batcher<Item, Result> {
  private queue: Entry<Item, Result>[] = [];
  private readonly inFlight = new Set<readonly Entry<Item, Result>[]>();
  private aside: (readonly Entry<Item, Result>[])[] = [];
  private asideWorks = false;
  private flying = 0;
  private count = 0;
  private scheduled = false;
  private deadlines: NodeJS.Timeout | undefined;
  private idle: (() => void)[] = [];
  private readonly stopping = new AbortController();
  private lastFault: unknown;

  constructor(private readonly options: BatcherOptions<Item, Result>) {}

  /** How many items are not answered yet. */
  get waiting(): number {
    return this.count;
  }

  /**
   * @param bytes about how much of a statement the item fills
   * @param until the monotonic millisecond after which the caller is told that it is late; a function is asked anew
   */
  add(item: Item, bytes = 0, until?: number | (() => number)): Promise<Result> {
    const by = typeof until === 'number' ? () => until : until;
    return new Promise((resolve, reject) => this.put({ item, bytes, ...(by && { by }), done: false, resolve, reject }));
  }

  /** As `add`, for what is made by the thousand: it is told without a promise. */
  put(entry: Entry<Item, Result>): void {
    const { maxWaiting = Number.POSITIVE_INFINITY, full } = this.options;
    if (this.count >= maxWaiting && full) {
      entry.reject(full(this.count));
      return;
    }
    this.count++;
    this.queue.push(entry);
    if (entry.by) this.watchDeadlines();
    this.schedule();
  }

  /** Resolves when everything that was asked for so far has been answered. */
  drained(): Promise<void> {
    if (this.count === 0) return Promise.resolve();
    return new Promise((resolve) => this.idle.push(resolve));
  }

  /** Ends the pauses: what fails from now on is refused, not repeated. */
  giveUp(): void {
    this.stopping.abort();
  }

  private schedule(): void {
    if (this.scheduled || !this.sendable) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      if (this.options.outside) fromOutside(() => this.send());
      else this.send();
    });
  }

  private get sendable(): boolean {
    return this.flying < (this.options.lanes ?? 1) && this.queue.length > 0;
  }

  /** All lanes in one turn: what was shared out among them must not be shared out again by whoever is answered between. */
  private send(): void {
    while (this.sendable) {
      const batch = this.take();
      // All of them were told that they are late.
      if (batch.length === 0) continue;
      this.flying++;
      this.inFlight.add(batch);
      void this.deliver(batch).finally(() => {
        this.flying--;
        this.inFlight.delete(batch);
        this.schedule();
      });
    }
  }

  private take(): Entry<Item, Result>[] {
    const { maxItems = 1_000, maxBytes = 4 * 1024 * 1024, lanes = 1, leastShare = maxItems } = this.options;
    const share = Math.max(leastShare, Math.ceil(this.queue.length / (lanes - this.flying)));
    const most = Math.min(maxItems, share);
    const batch: Entry<Item, Result>[] = [];
    let bytes = 0;
    let n = 0;
    for (const entry of this.queue) {
      if (batch.length === most || (batch.length > 0 && bytes + entry.bytes > maxBytes)) break;
      n++;
      if (entry.done) continue;
      bytes += entry.bytes;
      batch.push(entry);
    }
    this.queue = n === this.queue.length ? [] : this.queue.slice(n);
    return batch;
  }

  private async deliver(batch: readonly Entry<Item, Result>[]): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const entries = batch.filter((entry) => !entry.done);
      const verdict = await this.tryOnce(entries);
      if (verdict === 'done') return;
      if (verdict === 'aside') return this.setAside([entries]);
      if (verdict === 'halve') {
        for (const half of halves(entries)) await this.deliver(half);
        return;
      }
      await sleep(jittered(pauseMs), this.stopping.signal);
    }
  }

  /** One piece after the other, so that what waits takes one connection and not all of them. */
  private setAside(pieces: readonly (readonly Entry<Item, Result>[])[]): void {
    this.aside.push(...pieces);
    if (this.asideWorks) return;
    this.asideWorks = true;
    void this.workAside();
  }

  private async workAside(): Promise<void> {
    for (let failures = 0; ; ) {
      const piece = this.aside[0];
      if (!piece) break;
      const entries = piece.filter((entry) => !entry.done);
      const verdict = await this.tryOnce(entries);
      this.aside.shift();
      failures = verdict === 'done' ? 0 : failures + 1;
      if (verdict === 'done') continue;
      if (verdict === 'repeat') this.aside.unshift(entries);
      else this.aside.push(...halves(entries));
      await sleep(jittered(Math.min(FIRST_PAUSE_MS * failures, LONGEST_PAUSE_MS)), this.stopping.signal);
    }
    this.asideWorks = false;
  }

  /** Writes, and answers whoever can be answered; what is left to do otherwise. */
  private async tryOnce(entries: readonly Entry<Item, Result>[]): Promise<Exclude<Verdict, 'refuse'> | 'done'> {
    if (entries.length === 0) return 'done';
    let results: readonly Result[];
    try {
      results = await this.options.write(entries.map((entry) => entry.item));
    } catch (error) {
      this.lastFault = error;
      const verdict = this.options.judge(error);
      const hopeless = verdict === 'refuse' || (verdict === 'halve' && entries.length === 1);
      if (!hopeless && !this.stopping.signal.aborted) return verdict;
      for (const entry of entries) if (this.close(entry)) entry.reject(error);
      this.answered();
      return 'done';
    }
    this.lastFault = undefined;
    entries.forEach((entry, i) => {
      if (this.close(entry)) entry.resolve(results[i] as Result);
    });
    this.answered();
    return 'done';
  }

  /** True, once: its caller is to be told. */
  private close(entry: Entry<Item, Result>): boolean {
    if (entry.done) return false;
    entry.done = true;
    this.count--;
    return true;
  }

  private answered(): void {
    this.options.answered?.();
    if (this.count > 0) return;
    clearInterval(this.deadlines);
    this.deadlines = undefined;
    for (const told of this.idle.splice(0)) told();
  }

  private watchDeadlines(): void {
    this.deadlines ??= setInterval(() => {
      const now = monotonicMs();
      let late = 0;
      for (const batch of [this.queue, ...this.inFlight, ...this.aside])
        for (const entry of batch)
          if (!entry.done && entry.by && entry.by() <= now && this.close(entry)) {
            late++;
            entry.reject(this.options.late(entry.item, this.lastFault));
          }
      if (late === 0) return;
      this.answered();
      // While the lane is busy nobody takes them, and they would be kept as long as the database is away.
      this.queue = this.queue.filter((entry) => !entry.done);
    }, DEADLINE_CHECK_MS);
  }
}

function halves<T>(entries: readonly T[]): (readonly T[])[] {
  const middle = entries.length >> 1;
  return middle === 0 ? [entries] : [entries.slice(0, middle), entries.slice(middle)];
}
