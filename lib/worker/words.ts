/** What a handler may say about its job beside an outcome, each fenced by the claim and repeated while it lasts. */
import { Batcher } from '../base/batcher.js';
import { jittered, monotonicMs, sleep } from '../base/clock.js';
import { LeaseLostError } from '../base/errors.js';
import type { Executor } from '../base/executor.js';
import type { HandedOver } from '../job/handing-over.js';
import type { ClaimedJob } from '../job/record.js';
import { isFinished } from '../job/states.js';
import type { Asking } from '../store/asking.js';
import type { Answer, Claims } from '../store/claims.js';
import { isPassing, verdictOf } from '../store/faults.js';
import type { HandOver, Moving } from '../store/moving.js';

interface Progress {
  readonly job: ClaimedJob;
  readonly json: string;
}

interface Handed {
  readonly job: ClaimedJob;
  readonly order: HandOver;
}

/** Until when the claim holds, on the monotonic clock. */
type By = () => number;

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

export class Words {
  private readonly progresses: Batcher<Progress, boolean>;
  private readonly handOvers: Batcher<Handed, Answer>;
  private readonly unanswered = new WeakSet<Handed>();

  constructor(
    private readonly claims: Claims,
    private readonly moving: Moving,
    private readonly asking: Asking,
  ) {
    const common = {
      judge: verdictOf,
      late: ({ job }: { readonly job: ClaimedJob }) => new LeaseLostError(job.id, job.topic),
    };
    this.progresses = new Batcher<Progress, boolean>({ ...common, write: (items) => this.writeProgress(items) });
    this.handOvers = new Batcher<Handed, Answer>({ ...common, write: (items) => this.writeHandOvers(items) });
  }

  async handOver(job: ClaimedJob, to: HandedOver, by: By): Promise<Answer> {
    try {
      return await this.handOvers.add({ job, order: { ...to, id: job.id, fence: job.claimId } }, 200, by);
    } catch (error) {
      if (error instanceof LeaseLostError) return 'lost';
      throw error;
    }
  }

  /** False: the job is no longer the handler's. So with those that follow. */
  completeWithin(tx: Executor, job: ClaimedJob, result: string): Promise<boolean> {
    return this.claims.completeWithin(tx, job.id, job.claimId, result);
  }

  progress(job: ClaimedJob, json: string, by: By): Promise<boolean> {
    return this.progresses.add({ job, json }, json.length, by);
  }

  setAttributes(job: ClaimedJob, json: string, replace: boolean, by: By): Promise<boolean> {
    return this.whileHeld(job, by, () => this.moving.setAttributes(job.id, json, replace, job.claimId));
  }

  private async whileHeld<T>(job: ClaimedJob, by: By, say: () => Promise<T>): Promise<T> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        return await say();
      } catch (error) {
        if (!isPassing(error)) throw error;
        if (by() <= monotonicMs()) throw new LeaseLostError(job.id, job.topic);
        await sleep(jittered(pauseMs));
      }
    }
  }

  private async writeHandOvers(items: readonly Handed[]): Promise<Answer[]> {
    try {
      const from = await this.moving.toProcessing(items.map(({ order }) => order));
      const not = items.filter((_, i) => from[i] === undefined).map(({ job }) => job.id);
      const states = not.length === 0 ? undefined : await this.asking.states(not);
      return items.map((item, i) => {
        const state = states?.get(item.job.id);
        // An earlier try, whose answer was lost, may have done it.
        const done = from[i] !== undefined || (state === 'processing' && this.unanswered.has(item));
        if (done) return 'accepted';
        return state === 'processing' || (state !== undefined && isFinished(state)) ? 'moved' : 'lost';
      });
    } catch (error) {
      for (const item of items) this.unanswered.add(item);
      throw error;
    }
  }

  private async writeProgress(items: readonly Progress[]): Promise<boolean[]> {
    // Of several reports of one job, the last one counts.
    const last = new Map(items.map(({ job, json }) => [job.id, { id: job.id, claimId: job.claimId, progress: json }]));
    const taken = await this.claims.reportProgress([...last.values()]);
    return items.map(({ job }) => taken.has(job.id));
  }
}
