/** Adds jobs of which some have a unique key, and keeps those keys in order. */
import type { Executor } from '../base/executor.js';
import { type JobSpec, wholeOf } from '../job/spec.js';
import type { Hint } from './adding.js';
import type { Database, Row } from './database.js';
import { json, number } from './rows.js';
import type { Statements } from './statements.js';

export type Became = 'created' | 'duplicate' | 'replaced' | 'rescheduled' | 'rejected' | 'unsure';

/** What became of a job that was to be added. */
export interface Placed {
  readonly id: string;
  readonly became: Became;
  /** The job that is there. */
  readonly there: string;
}

export interface Placing {
  readonly jobs: ReadonlyMap<string, Placed>;
  readonly hints: readonly Hint[];
}

/** Runs the statement once, with its jobs as a document, of which so many have a key. */
export type Run = (document: string, keys: number) => Promise<Placing>;

const FIRST_KEY = '00000000-0000-0000-0000-000000000000';

export class UniqueAdding {
  constructor(
    private readonly db: Database,
    private readonly sql: Statements,
    /** As in Adding. */
    private readonly channel: string | null,
  ) {}

  /** @param ms how long to wait for the answer */
  run(ms?: number): Run {
    return async (document) =>
      toPlacing((await this.db.rows(this.sql['insert-unique-jobs'], [false, document, null], 'callers', ms))[0]);
  }

  runWithin(tx: Executor): Run {
    const plain = this.sql['insert-unique-jobs'];
    return async (document, keys) => {
      const given = [true, document, this.channel];
      // Of one key nothing is held by who is unsure of it.
      const answer =
        keys < 2
          ? await this.db.answerWithin(tx, plain, given)
          : await this.db.answerWithin(tx, this.sql['undo-unsure'], [plain.text, ...given]);
      return toPlacing({ answer });
    };
  }

  /** Several statements, all or none. */
  async together<T>(work: (run: Run) => Promise<T>): Promise<T> {
    const { text } = this.sql['insert-unique-jobs'];
    return this.db.transaction('callers', (run) =>
      work(async (document) => toPlacing((await run(this.sql['undo-unsure'], [text, false, document, null]))[0])),
    );
  }

  /** Removes keys that hold nothing, from `after` on. Answers where it ended; null: at the end of them. */
  async sweep(after: string | null, limit: number): Promise<{ removed: number; next: string | null }> {
    const [row = {}] = await this.db.rows(this.sql['sweep-unique-keys'], [after ?? FIRST_KEY, limit], 'engine');
    return { removed: number(row, 'removed'), next: number(row, 'looked') < limit ? null : (row.last_key ?? null) };
  }
}

/** @param groups whose jobs are written all or none, each */
export function documentOf(groups: readonly (readonly JobSpec[])[]): string {
  const jobs = groups.flatMap((group, i) => group.map((spec) => ({ id: spec.id, text: inGroup(spec, i) })));
  jobs.sort((a, b) => (a.id < b.id ? -1 : 1));
  return `[${jobs.map(({ text }) => text).join(',')}]`;
}

const inGroup = (spec: JobSpec, group: number): string =>
  `${wholeOf(spec).slice(0, -1)}${spec.unique?.json ?? ''},"grp":${group}}`;

function toPlacing(row: Row | undefined): Placing {
  const { jobs, hints } = json(row ?? {}, 'answer') as { jobs: Placed[] | null; hints: Hint[] | null };
  return { jobs: new Map((jobs ?? []).map((placed) => [placed.id, placed])), hints: hints ?? [] };
}
