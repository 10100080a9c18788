/** One run of one job: the handler gets it, and what it does with it is judged and written. */
import { monotonicMs } from '../base/clock.js';
import { InvalidPayloadError, JobCancelledError, JobTimeoutError, LeaseLostError } from '../base/errors.js';
import type { Executor } from '../base/executor.js';
import type { Bus } from '../events/bus.js';
import { checkPayload, type Topic } from '../job/define-topic.js';
import { checkHandingOver, type HandingOver } from '../job/handing-over.js';
import { type Ending, judge, type Outcome } from '../job/outcome.js';
import { type ClaimedJob, type JobSketch, sketchOf } from '../job/record.js';
import { attributesJson } from '../job/spec.js';
import { toCleanJson } from '../job/text.js';
import type { Gone, Settled } from '../store/claims.js';
import { isPassing } from '../store/faults.js';
import type { Handler } from './handler.js';
import type { Held } from './in-hand.js';
import { type Hand, Job, parsed } from './job.js';
import { report, reportLost, reportMoved } from './report.js';
import type { Settler, Speaker } from './settler.js';
import type { Words } from './words.js';

export interface Surroundings {
  readonly settler: Settler;
  readonly words: Words;
  readonly bus: Bus;
  /** Until when the claim holds, on the monotonic clock; undefined: it is not in hand any more. */
  deadlineMs(claimId: string): number | undefined;
  /** The handler has ended, and its place is free. */
  ended(attempt: Attempt): void;
  /** Its outcome is written, or it is gone: the claim no longer concerns it. */
  settled(attempt: Attempt): void;
  /** A promise that was made to somebody else ends in so many milliseconds. */
  leaseEnds(inMs: number): void;
}

/**
 * A run is concluded once: when the handler ends, or when its signal aborts for time or shutdown and the handler does
 * not end in the same turn. A handler that goes on after that keeps its place until it ends, and what it says is
 * refused.
 */
export class Attempt implements Held, Hand, Speaker {
  private controller: AbortController | undefined;
  private abortedBy: unknown;
  private timer: NodeJS.Timeout | undefined;
  /** How the run was concluded. */
  private ending: Ending | undefined;
  /** The handler has said itself what becomes of the job, or the job is no longer ours. */
  private outOfHand = false;
  /** Somebody moved it by its id: nothing to report before the handler ends. */
  private movedById = false;
  /** What becomes of the job, once the handler has ended. */
  private outcome: Outcome | undefined;
  private completedWithin = false;
  private startedMs = 0;

  constructor(
    readonly claimed: ClaimedJob,
    readonly handler: Handler,
    private readonly around: Surroundings,
  ) {}

  /** Runs the handler; `ended` is told when that is over. */
  run(): void {
    this.begin();
    const { checkedBy } = this.handler;
    if (checkedBy) void this.check(checkedBy);
    else this.hand();
  }

  /** The process stops: the handler is told, and after this turn of the event loop the job goes back. */
  abort(reason: unknown): void {
    if (this.abortedBy !== undefined) return;
    this.abortedBy = reason;
    this.controller?.abort(reason);
    setImmediate(() => {
      if (reason instanceof JobTimeoutError && !this.ending && !this.outOfHand) this.reportOverrun(reason);
      this.conclude({ kind: 'aborted', reason });
    });
  }

  gone(why: Gone['why']): void {
    // Its word is on its way, and the answer to that says what it is worth: what is gone may be its own doing.
    if (this.outOfHand || this.ending) return;
    this.outOfHand = true;
    this.movedById = why === 'moved';
    this.around.settled(this);
    if (why === 'moved') return;
    const { id, topic } = this.claimed;
    const reason = why === 'cancelled' ? new JobCancelledError(id, topic) : new LeaseLostError(id, topic);
    this.abortedBy ??= reason;
    this.controller?.abort(reason);
    this.around.bus.emit(why === 'cancelled' ? 'job:cancelled' : 'job:lease-lost', { job: this.sketch });
  }

  // -- what the Job can do ---------------------------------------------------------------------------------------

  get signal(): AbortSignal {
    if (!this.controller) {
      this.controller = new AbortController();
      if (this.abortedBy !== undefined) this.controller.abort(this.abortedBy);
    }
    return this.controller.signal;
  }

  complete(result: unknown): Promise<void> {
    return this.say({ kind: 'completed', result });
  }

  fail(error: unknown): Promise<void> {
    return this.say({ kind: 'failed', error: error ?? new Error('failed by its handler') });
  }

  snooze(seconds: number): Promise<void> {
    if (!Number.isFinite(seconds) || seconds < 0 || seconds > 1e9)
      return Promise.reject(new RangeError(`snooze: seconds must be 0 or more, not ${seconds}`));
    return this.say({ kind: 'snoozed', afterSeconds: seconds });
  }

  async toProcessing(to: HandingOver): Promise<void> {
    const order = checkHandingOver(to);
    const { timeoutSeconds } = order;
    await this.giveWord(async () => {
      const answer = await this.around.words.handOver(this.claimed, order, () => this.by());
      if (answer === 'accepted') return reportMoved(this.around.bus, this.claimed, this.startedMs);
      this.reportGone(answer);
      throw this.lost();
    });
    if (timeoutSeconds !== undefined) this.around.leaseEnds(timeoutSeconds * 1_000);
  }

  async completeWithin(tx: Executor, result: unknown): Promise<void> {
    this.checkInHand();
    if (!(await this.around.words.completeWithin(tx, this.claimed, toCleanJson(result)))) throw this.lost();
    this.completedWithin = true;
  }

  async progress(value: unknown): Promise<void> {
    this.checkInHand();
    if (!(await this.around.words.progress(this.claimed, toCleanJson(value), () => this.by()))) throw this.lost();
  }

  async setAttributes(attributes: Record<string, unknown>, replace: boolean): Promise<void> {
    const json = attributesJson(attributes, `job ${this.claimed.id}`);
    this.checkInHand();
    if (!(await this.around.words.setAttributes(this.claimed, json, replace, () => this.by()))) throw this.lost();
  }

  // -- the steps of a run -------------------------------------------------------------------------------------------

  private begin(): void {
    const { bus } = this.around;
    if (bus.hears('job:claimed')) bus.emit('job:claimed', { job: this.sketch });
    this.startedMs = monotonicMs();
    const { timeoutSeconds } = this.handler.options;
    if (timeoutSeconds === undefined) return;
    const { id, topic } = this.claimed;
    this.timer = setTimeout(() => this.abort(new JobTimeoutError(id, topic, timeoutSeconds)), timeoutSeconds * 1_000);
  }

  private async check(topic: Topic): Promise<void> {
    let value: unknown;
    try {
      value = await checkPayload(topic, parsed(this.claimed.data));
    } catch (error) {
      this.end(error instanceof InvalidPayloadError ? { kind: 'refused', error } : this.thrown(error));
      return;
    }
    // It may have been cancelled meanwhile, or its time is over: then nothing begins any more.
    if (this.outOfHand || this.abortedBy !== undefined) this.end({ kind: 'aborted', reason: this.abortedBy });
    else this.hand({ value });
  }

  private hand(data?: { readonly value: unknown }): void {
    let returned: unknown;
    try {
      returned = this.handler.run(new Job(this.claimed, this, data));
    } catch (error) {
      returned = Promise.reject(error);
    }
    Promise.resolve(returned).then(
      (value) => this.end({ kind: 'returned', value }),
      (error) => this.end(this.thrown(error)),
    );
  }

  /** What a handler throws because it was told to stop is the stopping, not a fault of its own. */
  private thrown(error: unknown): Ending {
    return this.abortedBy === undefined ? { kind: 'threw', error } : { kind: 'aborted', reason: this.abortedBy };
  }

  private end(ending: Ending): void {
    try {
      this.conclude(ending);
    } finally {
      const room = this.around.settler.room();
      if (room) void room.then(() => this.around.ended(this));
      else this.around.ended(this);
    }
  }

  private conclude(ending: Ending): void {
    if (this.ending) return;
    this.ending = ending;
    clearTimeout(this.timer);
    if (this.movedById) this.reportGone('moved');
    else if (!this.outOfHand) this.write(this.judged(ending));
  }

  private write(outcome: Outcome): void {
    this.outcome = outcome;
    this.around.settler.say(this.claimed, outcome, false, this);
  }

  /** Until when the claim holds; not a moment longer when it is not in hand. */
  by(): number {
    return this.around.deadlineMs(this.claimed.claimId) ?? 0;
  }

  written({ answer }: Settled): void {
    if (answer !== 'accepted') this.reportGone(answer);
    else if (this.outcome) this.report(this.outcome);
    this.around.settled(this);
  }

  unwritten(error: unknown): void {
    if (this.outcome?.kind === 'completed' && !isPassing(error)) {
      this.writeRefused(error);
      return;
    }
    this.around.bus.fault(error, `writing what became of job ${this.claimed.id} (${this.claimed.topic})`);
    this.around.settled(this);
  }

  /** What the database refuses is no success, even if the handler has returned. */
  private writeRefused(error: unknown): void {
    if (this.ending) this.write(this.judged(this.ending.kind === 'returned' ? { kind: 'threw', error } : this.ending));
  }

  /** After completeWithin the database decides: still held means that the handler's transaction was rolled back. */
  private judged(ending: Ending): Outcome {
    const rolledBack = this.completedWithin && ending.kind === 'returned';
    const real: Ending = rolledBack
      ? { kind: 'threw', error: new Error('the transaction of completeWithin was rolled back') }
      : ending;
    return judge(this.claimed, real, this.handler.options);
  }

  private async say(outcome: Outcome): Promise<void> {
    await this.giveWord(async () => {
      const durable = outcome.kind !== 'snoozed';
      const { answer } = await this.around.settler.settle(this.claimed, outcome, durable, () => this.by());
      if (answer === 'accepted') return this.report(outcome);
      this.reportGone(answer);
      throw this.lost();
    });
  }

  /** What the handler says takes the job out of its hand, unless the database could not be told. */
  private async giveWord(tell: () => Promise<void>): Promise<void> {
    this.checkInHand();
    this.outOfHand = true;
    try {
      await tell();
    } catch (error) {
      this.outOfHand = error instanceof LeaseLostError;
      // Who did not wait for its word, and has ended, has not heard that it was refused.
      if (!this.outOfHand) this.writeRefused(error);
      throw error;
    } finally {
      if (this.outOfHand) this.around.settled(this);
    }
  }

  private checkInHand(): void {
    if (this.outOfHand || this.ending) throw this.lost();
  }

  private lost(): LeaseLostError {
    return new LeaseLostError(this.claimed.id, this.claimed.topic);
  }

  private report(outcome: Outcome): void {
    report(this.around.bus, this.claimed, outcome, this.startedMs);
  }

  /** What becomes of the job is not what this run says: somebody else has it, or somebody moved it. */
  private reportGone(why: 'moved' | 'lost'): void {
    if (why === 'lost') reportLost(this.around.bus, this.claimed);
    else if (this.completedWithin) this.report({ kind: 'completed', result: undefined });
    else reportMoved(this.around.bus, this.claimed, this.startedMs);
  }

  private reportOverrun({ seconds }: JobTimeoutError): void {
    this.around.bus.emit('job:overrun', { job: this.sketch, timeoutSeconds: seconds });
  }

  private get sketch(): JobSketch {
    return sketchOf(this.claimed);
  }
}
