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
    const documents = documentsOf(specs);
    const [only] = documents;
    if (documents.length === 1 && only !== undefined)
      return toInserted(await this.db.rows(this.sql['insert-jobs'], [false, only, null], 'callers', ms));
    return this.db.transaction('callers', async (run) => {
      const rows: Row[] = [];
      for (const document of documents) rows.push(...(await run(this.sql['insert-jobs'], [false, document, null])));
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
      [documentsOf(specs)[0], [...maxAttempts.keys()], array([...maxAttempts.values()]), claimId, worker],
      'engine',
      ms,
    );
    const jobs = toClaimed(rows);
    return { ...toInserted(rows.slice(0, 1)), jobs };
  }

  /** In the caller's transaction; its workers are told when it commits. */
  async insertWithin(tx: Executor, specs: readonly JobSpec[]): Promise<Inserted> {
    const rows: Row[] = [];
    for (const document of documentsOf(specs))
      rows.push({ answer: await this.db.answerWithin(tx, this.sql['insert-jobs'], [true, document, this.channel]) });
    return toInserted(rows);
  }
}

function documentsOf(specs: readonly JobSpec[]): string[] {
  const sorted = [...specs].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const documents: string[] = [];
  let parts: string[] = [];
  let length = 0;
  for (const { json } of sorted) {
    if (parts.length > 0 && length + json.length > MAX_STATEMENT_BYTES) {
      documents.push(`[${parts.join(',')}]`);
      [parts, length] = [[], 0];
    }
    parts.push(json);
    length += json.length;
  }
  documents.push(`[${parts.join(',')}]`);
  return documents;
}

function toInserted(rows: readonly Row[]): Inserted {
  const answers = rows.map((row) => json(row, 'answer') as { there?: string[] | null; hints: Hint[] | null });
  return {
    there: new Set(answers.flatMap(({ there }) => there ?? [])),
    hints: answers.flatMap(({ hints }) => hints ?? []),
  };
}
