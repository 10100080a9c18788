/** Adds jobs to the record and the queue. */

import type { Executor } from '../base/executor.js';
import type { Promisee } from '../job/kept.js';
import type { ClaimedJob } from '../job/record.js';
import type { JobSpec } from '../job/spec.js';
import type { Database, Row } from './database.js';
import { array, json, toClaimed } from './rows.js';
import type { Statements } from './statements.js';

/** When the first of the jobs that were added to a topic is due. */
export interface Hint {
  readonly topic: string;
  /** Microseconds since 1970, by the database's clock. */
  readonly dueMicros: number;
  /** Milliseconds from now; not above zero: it is due. */
  readonly waitMs: number;
}

export interface Inserted {
  /** Ids that were there already. */
  readonly there: ReadonlySet<string>;
  readonly hints: readonly Hint[];
}

export interface InsertedClaimed extends Inserted {
  /** All but those of paused topics, sorted as they should run. */
  readonly jobs: readonly ClaimedJob[];
}

export const MAX_STATEMENT_BYTES = 8 * 1024 * 1024;

export class Adding {
  constructor(
    private readonly db: Database,
    private readonly sql: Statements,
    /** Where workers are told of what was added in a caller's transaction; null: nowhere. */
    private readonly channel: string | null,
  ) {}

  /**
   * All or none: what is too large for one statement goes in several of one transaction.
   * @param ms how long to wait for the answer
   */
  async insert(specs: readonly JobSpec[], ms?: number): Promise<Inserted> {
    const [first = [], ...more] = statementsOf(specs);
    if (more.length === 0)
      return toInserted(await this.db.rows(this.sql['insert-jobs'], [false, ...first, null], 'callers', ms));
    return this.db.transaction('callers', async (run) => {
      const rows: Row[] = [];
      for (const jobs of [first, ...more]) rows.push(...(await run(this.sql['insert-jobs'], [false, ...jobs, null])));
      return toInserted(rows);
    });
  }

  /**
   * All or none, promised to a worker that has places for them. On the engine's connections, as other claims are: its
   * lease must not pass while it waits for a caller's.
   * @param specs due at once, of new ids, with one lease, and not too large for one statement
   */
  async insertClaimed(specs: readonly JobSpec[], promisee: Promisee, ms: number): Promise<InsertedClaimed> {
    const { worker, claimId, maxAttempts } = promisee;
    const rows = await this.db.rows(
      this.sql['insert-claimed-jobs'],
      [...documentsOf(specs), [...maxAttempts.keys()], array([...maxAttempts.values()]), claimId, worker],
      'engine',
      ms,
    );
    const jobs = toClaimed(rows);
    return { ...toInserted(rows.slice(0, 1)), jobs };
  }

  /** In the caller's transaction; its workers are told when it commits. */
  async insertWithin(tx: Executor, specs: readonly JobSpec[]): Promise<Inserted> {
    const rows: Row[] = [];
    for (const jobs of statementsOf(specs))
      rows.push({ answer: await this.db.answerWithin(tx, this.sql['insert-jobs'], [true, ...jobs, this.channel]) });
    return toInserted(rows);
  }
}

/** What is said of jobs, their data and their attributes, each as a JSON array in the same order; null: none has any. */
type Documents = readonly [jobs: string, data: string | null, attributes: string | null];

/** As many statements as their size wants, the jobs in the order of their ids. */
function statementsOf(specs: readonly JobSpec[]): Documents[] {
  const sorted = [...specs].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const statements: Documents[] = [];
  let jobs: JobSpec[] = [];
  let bytes = 0;
  for (const spec of sorted) {
    if (jobs.length > 0 && bytes + spec.bytes > MAX_STATEMENT_BYTES) {
      statements.push(documentsOf(jobs));
      [jobs, bytes] = [[], 0];
    }
    jobs.push(spec);
    bytes += spec.bytes;
  }
  statements.push(documentsOf(jobs));
  return statements;
}

function documentsOf(specs: readonly JobSpec[]): Documents {
  const column = (documents: readonly (string | undefined)[]): string | null =>
    documents.every((json) => json === undefined) ? null : `[${documents.map((json) => json ?? 'null').join(',')}]`;
  return [
    `[${specs.map(({ json }) => json).join(',')}]`,
    column(specs.map(({ data }) => data)),
    column(specs.map(({ attributes }) => attributes)),
  ];
}

function toInserted(rows: readonly Row[]): Inserted {
  const answers = rows.map((row) => json(row, 'answer') as { there?: string[] | null; hints: Hint[] | null });
  return {
    there: new Set(answers.flatMap(({ there }) => there ?? [])),
    hints: answers.flatMap(({ hints }) => hints ?? []),
  };
}
