/** Writes what workers behind a broker report of their jobs: by id, many at a time, and as often as it takes. */
import { Batcher } from '../base/batcher.js';
import { within } from '../base/clock.js';
import { checkHandingOver, type HandingOver } from '../job/handing-over.js';
import { faultOf } from '../job/outcome.js';
import { attributesJson } from '../job/spec.js';
import { isFinished } from '../job/states.js';
import { toCleanJson, toJson } from '../job/text.js';
import type { Asking } from '../store/asking.js';
import { verdictOf } from '../store/faults.js';
import type { HandOver, Move, MovedFrom, Moving } from '../store/moving.js';

/** Who wants to know whether a job is still open waits no longer for the answer. */
const ASKING_MS = 2_000;

type Attributes = { readonly id: string; readonly attributes: Record<string, unknown> };

/**
 * A worker tells its broker that a message is done only after the report of it has resolved, and a report resolves when
 * it is durable. While the database is away it is repeated, for as long as that lasts: the broker keeps the message.
 */
export class Reporter {
  private readonly finishes: Batcher<Move, MovedFrom>;
  private readonly progresses: Batcher<HandOver, boolean>;
  private readonly additions: Batcher<Attributes, boolean>;
  private readonly questions: Batcher<string, boolean>;

  constructor(
    private readonly moving: Moving,
    asking: Asking,
  ) {
    const common = { judge: verdictOf, late: () => new Error('not in time') };
    this.finishes = new Batcher<Move, MovedFrom>({ ...common, write: (moves) => moving.finish(moves) });
    this.progresses = new Batcher<HandOver, boolean>({ ...common, write: (items) => this.writeProgress(items) });
    this.additions = new Batcher<Attributes, boolean>({ ...common, write: (items) => this.writeAttributes(items) });
    this.questions = new Batcher<string, boolean>({
      ...common,
      judge: () => 'refuse',
      write: async (ids) => {
        const states = await asking.states(ids);
        return ids.map((id) => {
          const state = states.get(id);
          return state !== undefined && !isFinished(state);
        });
      },
    });
  }

  /** False: somebody has finished the job already, or nobody knows it any more. So with the next. */
  async done(id: string, result: unknown): Promise<boolean> {
    const json = result === undefined ? undefined : toCleanJson(result);
    const move: Move = { id, to: 'completed', ...(json !== undefined && { result: json }) };
    return (await this.finishes.add(move, 100 + (json?.length ?? 0))) !== undefined;
  }

  async failed(id: string, error: unknown): Promise<boolean> {
    const json = JSON.stringify(faultOf(error));
    return (await this.finishes.add({ id, to: 'failed', error: json }, 100 + json.length)) !== undefined;
  }

  /**
   * How far the work is. It moves the deadline, and takes a job back out of the queue that was thought lost.
   * False: the job is finished, or unknown.
   */
  progress(id: string, handedOver: HandingOver, value: unknown): Promise<boolean> {
    const progress = toCleanJson(value);
    return this.progresses.add({ id, ...checkHandingOver(handedOver), progress }, 200 + progress.length);
  }

  /** Adds keys, in every state. @throws InvalidJobError */
  async addAttributes(id: string, attributes: Record<string, unknown>): Promise<boolean> {
    for (const [key, value] of Object.entries(attributes)) toJson(value, `job ${id}: the attribute "${key}"`);
    return this.additions.add({ id, attributes }, attributesJson(attributes, `job ${id}`).length);
  }

  /** Whether there is still something to do for the job. While the database cannot say, there is. */
  async isOpen(id: string): Promise<boolean> {
    const answer = this.questions.add(id).catch(() => true);
    return (await within(ASKING_MS, answer)) ?? true;
  }

  /** Resolves when every report is written. */
  async drained(): Promise<void> {
    await Promise.all([this.finishes.drained(), this.progresses.drained(), this.additions.drained()]);
  }

  /** What cannot be written now is refused: the broker will give the message again. */
  giveUp(): void {
    for (const batcher of [this.finishes, this.progresses, this.additions, this.questions]) batcher.giveUp();
  }

  private async writeProgress(items: readonly HandOver[]): Promise<boolean[]> {
    // Of several reports of one job, the last one counts.
    const last = [...new Map(items.map((item) => [item.id, item])).values()];
    const from = await this.moving.toProcessing(last);
    const taken = new Set(last.filter((_, i) => from[i] !== undefined).map(({ id }) => id));
    return items.map(({ id }) => taken.has(id));
  }

  private async writeAttributes(items: readonly Attributes[]): Promise<boolean[]> {
    const merged = new Map<string, Record<string, unknown>>();
    for (const { id, attributes } of items) merged.set(id, { ...merged.get(id), ...attributes });
    const jobs = [...merged].map(([id, attributes]) => ({ id, json: attributesJson(attributes, `job ${id}`) }));
    const there = await this.moving.addAttributes(jobs);
    return items.map(({ id }) => there.has(id));
  }
}
