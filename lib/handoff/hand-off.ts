/** Drives one target: gives it the jobs of its topics in batches, and moves what it has confirmed to `processing`. */
import { within } from '../base/clock.js';
import { BrokerAwayError, LeaseLostError } from '../base/errors.js';
import { Loop } from '../base/loop.js';
import { Outage } from '../base/outage.js';
import type { HandingOver } from '../job/handing-over.js';
import type { HandlerOptions } from '../options/handler-options.js';
import { Ends } from '../worker/batch.js';
import type { Handler } from '../worker/handler.js';
import type { Job } from '../worker/job.js';
import { isUnreachable } from './faults.js';
import { messageOf } from './message.js';
import type { Delivery, Target } from './target.js';

export interface Surroundings {
  /** The broker cannot be reached, and its topics wait. */
  away(broker: string, error: unknown): void;
  /** @param seconds how long it was away; undefined: that was not said, so neither is this */
  back(broker: string, seconds: number | undefined): void;
  /** Topics have work again. */
  look(): void;
}

/** Batches at once: while one is at the broker, the next is claimed and the one before is committed. */
const AT_ONCE = 3;

/** Before a broker is tried again that came back only to take nothing: doubled each time. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Between the broker's confirmation and our commit lies a moment in which the process can die; the lease then brings
 * the job back and it is delivered again, under the same id. Nothing is moved before it is confirmed, so that nothing
 * can be lost; that is the whole order of things here.
 *
 * What a broker leaves unanswered is judged by asking whether it is there at all. If it is not, the jobs go back as
 * they were and the topics wait for it. If it is, something among the jobs made it speechless: each goes alone, and
 * the one that still fails is an attempt that failed.
 */
export class HandOff {
  private readonly handlers = new Set<Handler>();
  private readonly outage: Outage;
  private readonly probing: Loop;
  private readonly to: HandingOver;
  private isAway = false;
  /** How often it was away since it last took something. */
  private spells = 0;

  constructor(
    private readonly target: Target,
    private readonly around: Surroundings,
  ) {
    const { broker, options } = target;
    this.to = { timeoutSeconds: options.deadlineSeconds, by: broker, whenLost: options.whenLost };
    this.outage = new Outage({
      away: (error) => around.away(broker, error),
      back: (seconds) => around.back(broker, seconds),
    });
    // That it is still away was said when it went.
    this.probing = new Loop(
      () => this.probe(),
      () => undefined,
    );
  }

  get handlerOptions(): HandlerOptions {
    const { batch } = this.target.options;
    return { batch, maxJobs: Math.min(AT_ONCE * batch, 10_000) };
  }

  serve(handler: Handler): void {
    handler.waiting = this.isAway;
    this.handlers.add(handler);
  }

  leave(handler: Handler): void {
    this.handlers.delete(handler);
  }

  start(): void {
    this.probing.start(this.isAway ? 0 : Number.POSITIVE_INFINITY);
  }

  /** Resolves when the connections that the target made are closed. */
  async stop(): Promise<void> {
    await Promise.all([this.probing.stop(), this.target.close()]);
  }

  /** The batch handler of every topic that it serves. */
  readonly run = async (jobs: Job[]): Promise<Ends> => {
    const failed = new Map<Job, unknown>();
    await this.give(jobs, failed);
    return new Ends(failed);
  };

  private async give(jobs: readonly Job[], failed: Map<Job, unknown>): Promise<void> {
    const { confirmed, refused, error } = await this.delivered(jobs);
    if (confirmed.length > 0) this.spells = 0;
    const taken = new Set(confirmed);
    await Promise.all(jobs.filter(({ id }) => taken.has(id)).map((job) => this.handOver(job, failed)));
    const left: Job[] = [];
    for (const job of jobs)
      if (refused?.has(job.id)) failed.set(job, refused.get(job.id));
      else if (!taken.has(job.id)) left.push(job);
    if (left.length === 0) return;
    const away = await this.reasonToWait(error);
    if (away) for (const job of left) failed.set(job, away);
    else if (left.length === 1) failed.set(left[0] as Job, error ?? new Error('the broker did not confirm it'));
    else for (const job of left) await this.give([job], failed);
  }

  private async delivered(jobs: readonly Job[]): Promise<Delivery> {
    if (this.isAway) return { confirmed: [], error: new Error('it was away a moment ago') };
    const { confirmMs } = this.target.options;
    try {
      const messages = jobs.map((job) => messageOf(job, this.to));
      const delivery = await within(confirmMs, this.target.deliver(messages));
      return delivery ?? { confirmed: [], error: new Error(`it did not confirm within ${confirmMs / 1_000} s`) };
    } catch (error) {
      return { confirmed: [], error };
    }
  }

  private async handOver(job: Job, failed: Map<Job, unknown>): Promise<void> {
    try {
      await job.moveToProcessing(this.to);
    } catch (error) {
      // Its worker was faster than we and has reported already, or the lease ended and somebody else delivers it.
      if (!(error instanceof LeaseLostError)) failed.set(job, error);
    }
  }

  /** Undefined: the broker is there, and it is the jobs that it could not take. */
  private async reasonToWait(error: unknown): Promise<BrokerAwayError | undefined> {
    if (!this.isAway && !isUnreachable(error) && (await this.answers())) return undefined;
    this.wait(error);
    return new BrokerAwayError(this.target.broker, { cause: error });
  }

  private async answers(): Promise<boolean> {
    try {
      await this.ping();
      return true;
    } catch {
      return false;
    }
  }

  private async ping(): Promise<void> {
    const { confirmMs } = this.target.options;
    const answer = this.target.ping().then(() => true);
    if (!(await within(confirmMs, answer))) throw new Error(`it did not answer within ${confirmMs / 1_000} s`);
  }

  private wait(error: unknown): void {
    if (this.isAway) return;
    this.isAway = true;
    for (const handler of this.handlers) handler.waiting = true;
    this.outage.met(error);
    // What it was told and has not answered must not be told again when its connection comes back by itself.
    void this.letGo();
    // One that answers when it is asked, and takes nothing all the same (its memory is full, say), is not pressed.
    this.probing.wakeWithin(this.spells === 0 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** this.spells, LONGEST_PAUSE_MS));
    this.spells++;
  }

  /** Begins at once: whoever asks next must not get the connection that is let go. */
  private async letGo(): Promise<void> {
    try {
      await this.target.close();
    } catch {
      // It was to be let go, and nobody waits for it.
    }
  }

  private async probe(): Promise<number> {
    if (!this.isAway) return Number.POSITIVE_INFINITY;
    try {
      await this.ping();
    } catch (error) {
      void this.letGo();
      throw error;
    }
    this.isAway = false;
    for (const handler of this.handlers) handler.waiting = false;
    this.outage.over();
    this.around.look();
    return Number.POSITIVE_INFINITY;
  }
}
