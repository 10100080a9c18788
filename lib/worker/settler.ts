/** Gathers the outcomes of attempts and writes them many at a time. */
import { Batcher, type Entry } from '../base/batcher.js';
import { LeaseLostError } from '../base/errors.js';
import type { Outcome } from '../job/outcome.js';
import { faultOf } from '../job/outcome.js';
import type { ClaimedJob } from '../job/record.js';
import { clean, toCleanJson } from '../job/text.js';
import type { Hint } from '../store/adding.js';
import type { Claims, Settled, Settlement } from '../store/claims.js';
import { isAway, isPassing, verdictOf } from '../store/faults.js';

/** Whoever has said what becomes of a job, and hears what came of that. */
export interface Speaker {
  /** Until when the claim holds, on the monotonic clock; it is renewed while this waits. */
  by(): number;
  /** Written, or not what becomes of the job: it is moved, or its claim is lost. */
  written(settled: Settled): void;
  /** The database refuses it, or is away as the process ends. */
  unwritten(error: unknown): void;
}

/** An outcome on its way. */
class Word implements Entry<Word, Settled> {
  readonly item = this;
  readonly bytes: number;
  done = false;
  /** It was on its way already, with a text that the database cannot keep. */
  noted = false;
  /** No answer came to a statement that had it. */
  unanswered = false;

  constructor(
    readonly job: ClaimedJob,
    readonly settlement: Settlement,
    readonly durable: boolean,
    readonly speaker: Speaker,
    private readonly settler: Settler,
  ) {
    this.bytes = 200 + (settlement.result?.length ?? 0) + (settlement.error?.length ?? 0);
  }

  by(): number {
    return this.speaker.by();
  }

  resolve(settled: Settled): void {
    this.speaker.written(settled);
  }

  reject(error: unknown): void {
    this.settler.refused(this, error);
  }
}

/** So many outcomes may wait before handlers have to wait for the writer, and so few again before they go on. */
const HIGH_WATER = 5_000;
const LOW_WATER = 1_000;
const STATEMENT_MS = 10_000;

/** What could not be written while the claim held. */
const LATE: Settled = { answer: 'lost', waitMs: null, dueMicros: null };

/**
 * What a handler did and the writing of it are two things. An outcome that meets a database which is away is repeated
 * while the lease lasts, and never turned into another one. One that the database cannot keep for its text is written
 * with a note in the text's place.
 */
export class Settler {
  private readonly batcher: Batcher<Word, Settled>;
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
      outside: true,
    });
  }

  /**
   * @param durable whether somebody waits for it to be certain
   * @param speaker is told what came of it, outside of everybody's context
   */
  say(job: ClaimedJob, outcome: Outcome, durable: boolean, speaker: Speaker): void {
    this.batcher.put(new Word(job, settlementOf(job, outcome), durable, speaker, this));
  }

  /** As `say`, for whoever awaits it. */
  settle(job: ClaimedJob, outcome: Outcome, durable: boolean, by: () => number): Promise<Settled> {
    return new Promise((written, unwritten) => this.say(job, outcome, durable, { by, written, unwritten }));
  }

  /** Too late; or what the database cannot keep for its text, which goes once more, with a note in the text's place. */
  refused(word: Word, error: unknown): void {
    const { job, settlement, durable, speaker } = word;
    if (error instanceof LeaseLostError) speaker.written(LATE);
    else if (word.noted || isPassing(error)) speaker.unwritten(error);
    else {
      const noted = new Word(job, withoutText(settlement, error), durable, speaker, this);
      noted.noted = true;
      this.batcher.put(noted);
    }
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

  private async write(words: readonly Word[]): Promise<readonly Settled[]> {
    try {
      const settled = await this.claims.settle(
        words.map((word) => word.settlement),
        words.some((word) => word.durable),
        STATEMENT_MS,
      );
      return words.map((word, i) => this.told(word, settled[i] as Settled));
    } catch (error) {
      if (isAway(error)) for (const word of words) word.unanswered = true;
      throw error;
    }
  }

  private makeRoom(): void {
    if (this.roomLater.length > 0 && this.batcher.waiting <= LOW_WATER) for (const go of this.roomLater.splice(0)) go();
  }

  private told(word: Word, settled: Settled): Settled {
    const { answer, asSaid, waitMs, dueMicros } = settled;
    // What it meets as it said it was written by itself, in a statement whose answer was lost.
    if (answer === 'moved' && asSaid && word.unanswered) return { ...settled, answer: 'accepted' };
    if (answer === 'accepted' && waitMs !== null && dueMicros !== null)
      this.queued({ topic: word.job.topic, dueMicros, waitMs });
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
