/** Gathers the outcomes of attempts and writes them many at a time. */
import { Batcher } from '../base/batcher.js';
import { LeaseLostError } from '../base/errors.js';
import type { Outcome } from '../job/outcome.js';
import { faultOf } from '../job/outcome.js';
import type { ClaimedJob } from '../job/record.js';
import { clean, toCleanJson } from '../job/text.js';
import type { Hint } from '../store/adding.js';
import type { Claims, Settled, Settlement } from '../store/claims.js';
import { isAway, isPassing, verdictOf } from '../store/faults.js';

interface Item {
  readonly job: ClaimedJob;
  readonly settlement: Settlement;
  readonly durable: boolean;
}

/** So many outcomes may wait before handlers have to wait for the writer, and so few again before they go on. */
const HIGH_WATER = 5_000;
const LOW_WATER = 1_000;
const STATEMENT_MS = 10_000;

/**
 * What a handler did and the writing of it are two things. An outcome that meets a database which is away is repeated
 * while the lease lasts, and never turned into another one. One that the database cannot keep for its text is written
 * with a note in the text's place.
 */
export class Settler {
  private readonly batcher: Batcher<Item, Settled>;
  private readonly unanswered = new WeakSet<Item>();
  private roomLater: (() => void)[] = [];

  constructor(
    private readonly claims: Claims,
    private readonly queued: (hint: Hint) => void,
  ) {
    this.batcher = new Batcher({
      write: (items) => this.write(items),
      judge: verdictOf,
      late: ({ job }) => new LeaseLostError(job.id, job.topic),
      answered: () => this.makeRoom(),
    });
  }

  /**
   * @param durable whether somebody waits for it to be certain
   * @param by until when the claim holds, on the monotonic clock; it is renewed while this waits
   * @throws LeaseLostError when it could not be written in time
   */
  settle(job: ClaimedJob, outcome: Outcome, durable: boolean, by: () => number): Promise<Settled> {
    const settlement = settlementOf(job, outcome);
    const bytes = 200 + (settlement.result?.length ?? 0) + (settlement.error?.length ?? 0);
    return this.batcher.add({ job, settlement, durable }, bytes, by).catch((error) => {
      if (error instanceof LeaseLostError || isPassing(error)) throw error;
      return this.batcher.add({ job, settlement: withoutText(settlement, error), durable }, 200, by);
    });
  }

  /** Resolves when handlers may go on; undefined: they may. */
  room(): Promise<void> | undefined {
    if (this.batcher.waiting < HIGH_WATER) return undefined;
    return new Promise((resolve) => this.roomLater.push(resolve));
  }

  /** Resolves when everything is written. */
  drained(): Promise<void> {
    return this.batcher.drained();
  }

  /** What cannot be written now will not be repeated. */
  giveUp(): void {
    this.batcher.giveUp();
  }

  private async write(items: readonly Item[]): Promise<readonly Settled[]> {
    try {
      const settled = await this.claims.settle(
        items.map((item) => item.settlement),
        items.some((item) => item.durable),
        STATEMENT_MS,
      );
      return items.map((item, i) => this.told(item, settled[i] as Settled));
    } catch (error) {
      if (isAway(error)) for (const item of items) this.unanswered.add(item);
      throw error;
    }
  }

  private makeRoom(): void {
    if (this.roomLater.length > 0 && this.batcher.waiting <= LOW_WATER) for (const go of this.roomLater.splice(0)) go();
  }

  private told(item: Item, settled: Settled): Settled {
    const { answer, asSaid, waitMs, dueMicros } = settled;
    // What it meets as it said it was written by itself, in a statement whose answer was lost.
    if (answer === 'moved' && asSaid && this.unanswered.has(item)) return { ...settled, answer: 'accepted' };
    if (answer === 'accepted' && waitMs !== null && dueMicros !== null)
      this.queued({ topic: item.job.topic, dueMicros, waitMs });
    return settled;
  }
}

function settlementOf(job: ClaimedJob, outcome: Outcome): Settlement {
  const base = { id: job.id, claimId: job.claimId, outcome: outcome.kind };
  switch (outcome.kind) {
    case 'completed':
      return outcome.result === undefined ? base : { ...base, result: toCleanJson(outcome.result) };
    case 'failed':
      return { ...base, error: JSON.stringify(faultOf(outcome.error)) };
    case 'retried':
      return { ...base, delaySeconds: outcome.afterSeconds, error: JSON.stringify(faultOf(outcome.error)) };
    case 'snoozed':
      return { ...base, delaySeconds: outcome.afterSeconds };
    case 'released':
    case 'deferred':
      return base;
    case 'unmoved':
      return outcome.error === undefined ? base : { ...base, error: JSON.stringify(faultOf(outcome.error)) };
  }
}

function withoutText(settlement: Settlement, why: unknown): Settlement {
  const note = clean(why instanceof Error ? why.message : String(why));
  return {
    ...settlement,
    ...(settlement.result !== undefined && { result: JSON.stringify({ notKept: note }) }),
    ...(settlement.error !== undefined && { error: JSON.stringify({ name: 'Error', message: `not kept: ${note}` }) }),
  };
}
