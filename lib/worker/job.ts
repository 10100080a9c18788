/** A job in its handler's hand. */

import type { Executor } from '../base/executor.js';
import type { HandingOver } from '../job/handing-over.js';
import type { ClaimedJob } from '../job/record.js';

/** What stands behind a Job: the attempt that runs it. */
export interface Hand {
  readonly signal: AbortSignal;
  complete(result: unknown): Promise<void>;
  fail(error: unknown): Promise<void>;
  snooze(seconds: number): Promise<void>;
  toProcessing(to: HandingOver): Promise<void>;
  completeWithin(tx: Executor, result: unknown): Promise<void>;
  progress(value: unknown): Promise<void>;
  setAttributes(attributes: Record<string, unknown>, replace: boolean): Promise<void>;
}

/**
 * What a handler gets. Its methods take effect at once and throw `LeaseLostError` when the job is no longer this
 * handler's; after complete, fail, snooze, moveToProcessing or completeWithin the job is out of hand, so call them last.
 */
export class Job<T = unknown> {
  readonly #claimed: ClaimedJob;
  readonly #hand: Hand;
  #data: { readonly value: T } | undefined;
  #attributes: { value: Record<string, unknown> | null } | undefined;

  /** @param data what a schema has made of the payload; without it, the payload as it is stored */
  constructor(claimed: ClaimedJob, hand: Hand, data?: { readonly value: T }) {
    this.#claimed = claimed;
    this.#hand = hand;
    this.#data = data;
  }

  get id(): string {
    return this.#claimed.id;
  }

  get topic(): string {
    return this.#claimed.topic;
  }

  /** The payload, parsed at the first look; null when the job was added without one. */
  get data(): T {
    this.#data ??= { value: parsed(this.#claimed.data) as T };
    return this.#data.value;
  }

  /** As they were when the job was claimed. */
  get attributes(): Record<string, unknown> | null {
    this.#attributes ??= { value: parsed(this.#claimed.attributes) as Record<string, unknown> | null };
    return this.#attributes.value;
  }

  /** This attempt's number, from 1. */
  get attempt(): number {
    return this.#claimed.attempt;
  }

  /** null: no limit. */
  get maxAttempts(): number | null {
    return this.#claimed.maxAttempts;
  }

  get priority(): number {
    return this.#claimed.priority;
  }

  get createdAt(): Date {
    return new Date(this.#claimed.createdMs);
  }

  get runAfter(): Date {
    return new Date(this.#claimed.runAfterMicros / 1_000);
  }

  /** How long it was due before it was claimed, by the database's clock. */
  get waitedSeconds(): number {
    return this.#claimed.waitedMs / 1_000;
  }

  /** Of a recurring job: the moment that its schedule named, whenever it runs and however often; else null. */
  get tick(): Date | null {
    const { tickMs } = this.#claimed;
    return tickMs === null ? null : new Date(tickMs);
  }

  /**
   * Aborts when the work should stop; `reason` says why: `LeaseLostError`, `JobCancelledError`, `JobTimeoutError` or
   * `ShutdownError`. Hand it to fetch and the like, or ask `signal.throwIfAborted()` between steps.
   */
  get signal(): AbortSignal {
    return this.#hand.signal;
  }

  /**
   * Completes the job; durable when it resolves. Await it: when the database refuses it, a handler that has ended
   * without waiting has failed with that error, as one that throws.
   * @throws LeaseLostError when the job is no longer ours, or out of the handler's hand already
   */
  complete(result?: unknown): Promise<void> {
    return this.#hand.complete(result);
  }

  /** The job has failed for good, durably; to fail only this attempt, throw. */
  fail(error?: unknown): Promise<void> {
    return this.#hand.fail(error);
  }

  /** Back into the queue for `seconds`; spends no attempt. */
  snooze(seconds: number): Promise<void> {
    return this.#hand.snooze(seconds);
  }

  /** Somebody else does the work and reports by id; with `timeoutSeconds`, the job comes back when they do not. */
  moveToProcessing(to: HandingOver = {}): Promise<void> {
    return this.#hand.toProcessing(to);
  }

  /**
   * Completes the job in the handler's own transaction: its effects in this database and the completion are there
   * together or not at all. Throws when the job is no longer ours, and so rolls back.
   */
  completeWithin(tx: Executor, result?: unknown): Promise<void> {
    return this.#hand.completeWithin(tx, result);
  }

  /**
   * How far the work is, for whoever looks; may be forgotten in a crash of the server.
   * @throws LeaseLostError as `complete`
   */
  progress(value: unknown): Promise<void> {
    return this.#hand.progress(value);
  }

  /**
   * Sets one attribute of the job, and leaves the others.
   * @throws LeaseLostError as `complete`; InvalidJobError for what JSON cannot hold
   */
  addToAttributes(key: string, value: unknown): Promise<void> {
    return this.#hand.setAttributes({ [key]: value }, false);
  }

  /**
   * Sets all attributes of the job: those that are not named are gone.
   * @throws LeaseLostError as `complete`; InvalidJobError for what JSON cannot hold
   */
  setAttributes(attributes: Record<string, unknown>): Promise<void> {
    return this.#hand.setAttributes(attributes, true);
  }

  toJSON(): Record<string, unknown> {
    const { id, topic, data, attributes, attempt, maxAttempts, priority, createdAt, runAfter, tick } = this;
    return { id, topic, data, attributes, attempt, maxAttempts, priority, createdAt, runAfter, tick };
  }
}

export const parsed = (json: string | null): unknown => (json === null ? null : JSON.parse(json));
