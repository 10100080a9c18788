/** Reads records: by id, and in pages that never scan. */
import { InvalidJobError } from '../base/errors.js';
import type { JobRecord } from '../job/record.js';
import type { JobState } from '../job/states.js';
import type { Database, Row } from './database.js';
import { number, text, toRecord } from './rows.js';
import type { StatementName, Statements } from './statements.js';

export interface JobPage {
  jobs: JobRecord[];
  /** What to give as `after` for the next page; null when there is none. */
  next: string | null;
}

type Cursor = readonly (string | number)[];

/** One kind of list: its statement, where it begins, its values, and the cursor of its last row. */
interface Listing {
  readonly statement: StatementName;
  readonly begin: Cursor;
  values(topic: string | null, at: Cursor, limit: number): unknown[];
  cursor(row: Row): Cursor;
}

const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const LAST_TOPIC = String.fromCodePoint(0x10ffff);
/** Before the year 1 and about the year 9892, in microseconds since 1970. */
const BEGIN_MICROS = -6.3e16;
const END_MICROS = 2.5e17;

const listingOf = (state: JobState | undefined, topic: string | undefined): Listing => {
  switch (state) {
    case undefined:
      return {
        statement: 'list-all',
        begin: [LAST_ID],
        values: (t, [id], limit) => [t, id, limit],
        cursor: (row) => [text(row, 'id')],
      };
    case 'created':
      return {
        statement: 'list-created',
        begin: [topic ?? '', -1, String(BEGIN_MICROS), FIRST_ID],
        values: (t, at, limit) => [t ?? LAST_TOPIC, ...at, limit],
        cursor: (row) => [text(row, 'topic'), number(row, 'priority'), text(row, 'run_after_micros'), text(row, 'id')],
      };
    case 'active':
    case 'processing':
      return {
        statement: 'list-claimed',
        begin: [FIRST_ID, FIRST_ID],
        values: (t, at, limit) => [state, t, ...at, limit],
        cursor: (row) => [text(row, 'claim_id'), text(row, 'id')],
      };
    default:
      return {
        statement: 'list-finished',
        begin: [END_MICROS, LAST_ID],
        values: (t, at, limit) => [state, t, ...at, limit],
        cursor: (row) => [number(row, 'at_micros'), text(row, 'id')],
      };
  }
};

export class Asking {
  constructor(
    private readonly db: Database,
    private readonly sql: Statements,
  ) {}

  /** @param ms how long to wait for the answer; so with all of these */
  async byId(ids: readonly string[], ms?: number): Promise<JobRecord[]> {
    return (await this.db.rows(this.sql['get-jobs'], [ids], 'callers', ms)).map(toRecord);
  }

  async states(ids: readonly string[], ms?: number): Promise<Map<string, JobState>> {
    const rows = await this.db.rows(this.sql['job-states'], [ids], 'callers', ms);
    return new Map(rows.map((row) => [text(row, 'id'), text(row, 'state') as JobState]));
  }

  async page(
    topic: string | undefined,
    state: JobState | undefined,
    limit: number,
    after: string | undefined,
  ): Promise<JobPage> {
    const listing = listingOf(state, topic);
    const at = after === undefined ? listing.begin : decode(after, listing.begin);
    const rows = await this.db.rows(this.sql[listing.statement], listing.values(topic ?? null, at, limit), 'callers');
    const records = new Map((await this.byId(rows.map((row) => text(row, 'id')))).map((job) => [job.id, job]));
    const last = rows.length === limit ? rows.at(-1) : undefined;
    return {
      // A job that has moved on between the two statements no longer belongs on the page.
      jobs: rows.flatMap((row) => records.get(text(row, 'id')) ?? []).filter((job) => !state || job.state === state),
      next: last ? encode(listing.cursor(last)) : null,
    };
  }

  /** Resolves when everything that was committed so far would survive a crash of the server. */
  async barrier(ms?: number): Promise<void> {
    await this.db.rows(this.sql.barrier, [], 'callers', ms);
  }
}

const encode = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url');

function decode(after: unknown, like: Cursor): Cursor {
  try {
    const cursor: unknown = JSON.parse(Buffer.from(String(after), 'base64url').toString());
    if (Array.isArray(cursor) && cursor.length === like.length && cursor.every((v, i) => typeof v === typeof like[i]))
      return cursor;
  } catch {}
  throw new InvalidJobError('listJobs: `after` is not what an earlier page of the same list gave as `next`');
}
