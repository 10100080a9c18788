/** Moves jobs by id, from any process: finish, cancel, delete, hand over, retry, reschedule. */
import type { Executor } from '../base/executor.js';
import type { JobState } from '../job/states.js';
import type { Hint } from './adding.js';
import type { Database, Lane, Row } from './database.js';
import { number, numberOrNull, text, yes } from './rows.js';
import type { Statement, Statements } from './statements.js';

export interface Move {
  readonly id: string;
  readonly to: 'completed' | 'failed' | 'cancelled';
  /** JSON texts. */
  readonly result?: string;
  readonly error?: string;
}

export interface HandOver {
  readonly id: string;
  /** Who has it: the broker's name, or 'by hand'. */
  readonly worker: string;
  /** Until it is taken back; undefined: never. */
  readonly timeoutSeconds: number | undefined;
  /** Taken back, it fails, instead of going back into the queue. */
  readonly fails?: boolean;
  /** The claim that must still hold it; undefined: whoever holds it. */
  readonly fence?: string;
  /** JSON text: how far the work is. */
  readonly progress?: string;
}

export interface Reschedule {
  readonly id: string;
  readonly runAt?: string;
  readonly delaySeconds?: number;
  readonly priority?: number;
}

/** The state a job was moved from; undefined: it was not moved. */
export type MovedFrom = JobState | undefined;

// A repetition follows only when another transaction came between, so more than a few in a row means a fault.
const MOST_REPETITIONS = 100;

export class Moving {
  constructor(
    private readonly db: Database,
    private readonly sql: Statements,
  ) {}

  async finish(moves: readonly Move[]): Promise<MovedFrom[]> {
    return this.untilChanged(moves, this.sql['move-jobs'], (open) => [
      `[${open
        .map(
          (m) =>
            `{"id":"${m.id}","state":"${m.to}","result":${m.result ?? 'null'}${m.error ? `,"error":${m.error}` : ''}}`,
        )
        .join(',')}]`,
    ]);
  }

  /** Cancels in a caller's transaction. @param channel where its handler is told at the commit */
  async cancelWithin(tx: Executor, id: string, channel: string | null): Promise<boolean> {
    for (let i = 0; i < MOST_REPETITIONS; i++) {
      const answer = await this.db.answerWithin(tx, this.sql['cancel-within'], [id, channel]);
      const { was, changed } = JSON.parse(answer) as { was: JobState | null; changed: boolean };
      if (was === null || changed) return changed;
    }
    throw repeatedTooOften(id);
  }

  async delete(ids: readonly string[], states: readonly JobState[]): Promise<MovedFrom[]> {
    const jobs = ids.map((id) => ({ id }));
    return this.untilChanged(jobs, this.sql['delete-jobs'], (open) => [open.map((o) => o.id), states]);
  }

  async toProcessing(jobs: readonly HandOver[]): Promise<MovedFrom[]> {
    return this.untilChanged(
      jobs,
      this.sql['move-to-processing'],
      (open) => [`[${open.map(handOverDocument).join(',')}]`],
      laneOf(jobs[0]?.fence),
    );
  }

  /** Answers the first due moment of those that were moved, and how many they were. */
  async retry(ids: readonly string[]): Promise<{ count: number; hints: Hint[] }> {
    const rows = await this.db.rows(this.sql['retry-jobs'], [ids], 'callers');
    const hints = new Map(rows.map((row) => [text(row, 'topic'), number(row, 'due_micros')]));
    return { count: rows.length, hints: [...hints].map(([topic, dueMicros]) => ({ topic, dueMicros, waitMs: 0 })) };
  }

  /** The next failed jobs of a topic, and the moment that bounds the whole round. */
  async failed(topic: string, until: string | null, limit: number): Promise<{ ids: string[]; until: string | null }> {
    const rows = await this.db.rows(this.sql['failed-jobs'], [topic, until, limit], 'callers');
    return { ids: rows.map((row) => text(row, 'id')), until: rows[0]?.until ?? until };
  }

  async reschedule(change: Reschedule): Promise<Hint | undefined> {
    const document = JSON.stringify([
      {
        id: change.id,
        run_at: change.runAt ?? null,
        delay: change.delaySeconds ?? null,
        priority: change.priority ?? null,
      },
    ]);
    for (let i = 0; i < MOST_REPETITIONS; i++) {
      const [row] = await this.db.rows(this.sql['reschedule-jobs'], [document], 'callers');
      if (!row) return undefined;
      if (yes(row, 'changed'))
        return {
          topic: text(row, 'topic'),
          dueMicros: number(row, 'due_micros'),
          waitMs: numberOrNull(row, 'wait_ms') ?? 0,
        };
    }
    throw repeatedTooOften(change.id);
  }

  /** @param json an object; `replace` sets it, otherwise its keys are added; `fence` as in HandOver */
  async setAttributes(id: string, json: string, replace: boolean, fence?: string): Promise<boolean> {
    const values = [id, json, replace, fence ?? null];
    const rows = await this.db.rows(this.sql['set-attributes'], values, laneOf(fence));
    return rows.length > 0;
  }

  /** Adds keys to the attributes of many jobs, each at most once. @param json an object; answers the jobs that are there */
  async addAttributes(jobs: readonly { id: string; json: string }[]): Promise<ReadonlySet<string>> {
    const document = jobs.map(({ id, json }) => `{"id":"${id}","attributes":${json}}`);
    const rows = await this.db.rows(this.sql['add-attributes'], [`[${document.join(',')}]`], 'callers');
    return new Set(rows.map((row) => text(row, 'id')));
  }

  async setRetryAfter(id: string, seconds: number): Promise<boolean> {
    return (await this.db.rows(this.sql['set-retry-after'], [id, seconds], 'callers')).length > 0;
  }

  private async untilChanged<T extends { readonly id: string }>(
    jobs: readonly T[],
    statement: Statement,
    values: (open: readonly T[]) => unknown[],
    lane: Lane = 'callers',
  ): Promise<MovedFrom[]> {
    const from = new Map<T, MovedFrom>();
    // An id that is asked for twice is asked for one after the other: the second meets what the first has done.
    for (let wave = jobs; wave.length > 0; ) {
      const first = new Map<string, T>();
      for (const job of wave) if (!first.has(job.id)) first.set(job.id, job);
      await this.wave(first, (open) => this.db.rows(statement, values(open), lane), from);
      wave = wave.filter((job) => first.get(job.id) !== job);
    }
    return jobs.map((job) => from.get(job));
  }

  private async wave<T extends { readonly id: string }>(
    jobs: ReadonlyMap<string, T>,
    write: (open: readonly T[]) => Promise<Row[]>,
    from: Map<T, MovedFrom>,
  ): Promise<void> {
    let open = [...jobs.values()];
    for (let i = 0; open.length > 0; i++) {
      if (i === MOST_REPETITIONS) throw repeatedTooOften(open[0]?.id ?? '');
      const rows: Row[] = await write(open);
      const again = new Set<string>();
      for (const row of rows) {
        const job = jobs.get(text(row, 'id'));
        if (!yes(row, 'changed')) again.add(text(row, 'id'));
        else if (job) from.set(job, text(row, 'was') as JobState);
      }
      open = open.filter((job) => again.has(job.id));
    }
  }
}

const handOverDocument = (o: HandOver): string =>
  `{"id":"${o.id}","fence":${o.fence ? `"${o.fence}"` : 'null'},"worker":${JSON.stringify(o.worker)},` +
  `"lease":${o.timeoutSeconds ?? 'null'},"fails":${o.fails ?? false},"progress":${o.progress ?? 'null'}}`;

/** A handler's word goes out by the engine's connections: its callers may hold all of theirs. */
const laneOf = (fence: string | undefined): Lane => (fence === undefined ? 'callers' : 'engine');

const repeatedTooOften = (id: string): Error =>
  new Error(
    `Job ${id} has a state but neither a queue row nor a claim that goes with it: its rows were changed from outside. Look at it in programma.jobs, queue and claims.`,
  );
