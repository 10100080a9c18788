/** The verbs that move a job by its id, from any process. */
import { Batcher } from '../base/batcher.js';
import { InvalidJobError } from '../base/errors.js';
import type { Executor } from '../base/executor.js';
import { checkHandingOver, type HandingOver } from '../job/handing-over.js';
import { faultOf } from '../job/outcome.js';
import { attributesJson, checkDate, checkDelay, checkId, checkLease, checkPriority } from '../job/spec.js';
import { type JobState, STATES } from '../job/states.js';
import { toJson } from '../job/text.js';
import { checkTopic } from '../job/topic.js';
import type { Hint } from '../store/adding.js';
import { isAway, verdictOf } from '../store/faults.js';
import type { HandOver, Move, MovedFrom, Moving as Store } from '../store/moving.js';

export interface RescheduleOptions {
  /** As in addJob; wins over `runAfterSeconds`. */
  runAfterDate?: Date | string | undefined;
  runAfterSeconds?: number | undefined;
  priority?: number | undefined;
}

const UNFINISHED = ['created', 'active', 'processing'] as const satisfies readonly JobState[];
/** How many failed jobs retryJobs takes back in one statement. */
const RETRY_BATCH = 500;

export class Moving {
  private readonly finishes: Batcher<Move, MovedFrom>;
  private readonly handOvers: Batcher<HandOver, MovedFrom>;

  constructor(
    private readonly store: Store,
    /** Where handlers are told of what was cancelled in a caller's transaction; null: nowhere. */
    private readonly channel: string | null,
    private readonly told: {
      queued(hint: Hint): void;
      /** A handler may be running the job. */
      gone(ids: readonly string[]): void;
      /** Somebody else has the job now; with a deadline, so many seconds long. */
      handedOver(id: string, seconds: number | undefined): void;
    },
  ) {
    const judge = (error: unknown) => (isAway(error) ? 'refuse' : verdictOf(error));
    const late = () => new Error('not in time');
    this.finishes = new Batcher({ write: (moves) => store.finish(moves), judge, late });
    this.handOvers = new Batcher({ write: (jobs) => store.toProcessing(jobs), judge, late });
  }

  async toProcessing(id: string, to: HandingOver): Promise<boolean> {
    const job = { id: checkId(id), ...checkHandingOver(to) };
    const from = await this.handOvers.add(job);
    if (from !== undefined) this.told.handedOver(job.id, job.timeoutSeconds);
    return from !== undefined;
  }

  async toDone(id: string, result: unknown, remove: boolean): Promise<boolean> {
    checkId(id);
    const json = result === undefined ? undefined : toJson(result, `the result of job ${id}`);
    if (remove) return this.delete(id, UNFINISHED);
    return this.finish({ id, to: 'completed', ...(json !== undefined && { result: json }) });
  }

  async toFailed(id: string, error: unknown, remove: boolean): Promise<boolean> {
    checkId(id);
    if (remove) return this.delete(id, UNFINISHED);
    return this.finish({ id, to: 'failed', error: JSON.stringify(faultOf(error ?? 'moved to failed by hand')) });
  }

  async cancel(id: string, tx: Executor | undefined): Promise<boolean> {
    if (tx) return this.store.cancelWithin(tx, checkId(id), this.channel);
    return this.finish({ id: checkId(id), to: 'cancelled' });
  }

  async delete(id: string, states: readonly JobState[] = STATES): Promise<boolean> {
    const [from] = await this.store.delete([checkId(id)], states);
    if (from === 'active') this.told.gone([id.toLowerCase()]);
    return from !== undefined;
  }

  async retry(id: string): Promise<boolean> {
    const { count, hints } = await this.store.retry([checkId(id)]);
    for (const hint of hints) this.told.queued(hint);
    return count > 0;
  }

  /** Takes all failed jobs of a topic back; what fails while it works is left. */
  async retryAll(topic: string): Promise<number> {
    checkTopic(topic);
    let total = 0;
    for (let until: string | null = null; ; ) {
      const failed = await this.store.failed(topic, until, RETRY_BATCH);
      until = failed.until;
      if (failed.ids.length === 0) return total;
      const { count, hints } = await this.store.retry(failed.ids);
      for (const hint of hints) this.told.queued(hint);
      total += count;
    }
  }

  async runNow(id: string): Promise<boolean> {
    return this.moveInTime({ id: checkId(id), delaySeconds: 0 });
  }

  async reschedule(id: string, to: RescheduleOptions): Promise<boolean> {
    const where = `rescheduleJob(${id})`;
    checkId(id);
    const { runAfterDate, runAfterSeconds, priority } = to ?? {};
    if (runAfterDate === undefined && runAfterSeconds === undefined && priority === undefined)
      throw new InvalidJobError(`${where}: say runAfterDate, runAfterSeconds or priority`);
    return this.moveInTime({
      id: id.toLowerCase(),
      ...(runAfterDate !== undefined
        ? { runAt: checkDate(runAfterDate, where).toISOString() }
        : runAfterSeconds !== undefined && { delaySeconds: checkDelay(runAfterSeconds, where) }),
      ...(priority !== undefined && { priority: checkPriority(priority, where) }),
    });
  }

  async addToAttributes(id: string, key: string, value: unknown): Promise<boolean> {
    if (typeof key !== 'string')
      throw new InvalidJobError(`addToAttributes(${id}): the key is a string, not ${String(key)}`);
    // A value that JSON has no word for would silently leave nothing behind.
    toJson(value, `addToAttributes(${id}): the value of "${key}"`);
    return this.store.setAttributes(checkId(id), attributesJson({ [key]: value }, `job ${id}`), false);
  }

  async setAttributes(id: string, attributes: Record<string, unknown>): Promise<boolean> {
    return this.store.setAttributes(checkId(id), attributesJson(attributes, `job ${id}`), true);
  }

  async setRetryAfter(id: string, seconds: number): Promise<boolean> {
    return this.store.setRetryAfter(checkId(id), checkLease(seconds, `setRetryAfterSeconds(${id})`));
  }

  private async finish(move: Move): Promise<boolean> {
    const from = await this.finishes.add(
      { ...move, id: move.id.toLowerCase() },
      100 + (move.result?.length ?? 0) + (move.error?.length ?? 0),
    );
    if (from === 'active' && move.to === 'cancelled') this.told.gone([move.id]);
    return from !== undefined;
  }

  private async moveInTime(change: Parameters<Store['reschedule']>[0]): Promise<boolean> {
    const hint = await this.store.reschedule(change);
    if (hint) this.told.queued(hint);
    return hint !== undefined;
  }
}
