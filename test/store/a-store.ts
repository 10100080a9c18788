/** The store's classes on a test's database, and the same classes inside an open transaction of the test. */
import pg from 'pg';
import { newId } from '../../lib/base/clock.js';
import type { ClaimedJob } from '../../lib/job/record.js';
import { type JobConfig, specOf } from '../../lib/job/spec.js';
import { Adding } from '../../lib/store/adding.js';
import { Asking } from '../../lib/store/asking.js';
import { Claims, type Want } from '../../lib/store/claims.js';
import { Database, type Row } from '../../lib/store/database.js';
import { Moving } from '../../lib/store/moving.js';
import { type Statement, type Statements, statements } from '../../lib/store/statements.js';
import { Topics } from '../../lib/store/topics.js';
import { UniqueAdding } from '../../lib/store/unique-adding.js';
import { Upkeep } from '../../lib/store/upkeep.js';
import { Cursor } from '../../lib/worker/cursor.js';
import { atTheEnd } from '../support/at-the-end.js';

export const SQL: Statements = statements('programma');
/** So small that every actor of a test may have one of its own. */
const CALLERS = 1;
const UNBOUNDED = new Cursor().position(true);

export class Store {
  readonly adding: Adding;
  readonly asking: Asking;
  readonly claims: Claims;
  readonly moving: Moving;
  readonly topics: Topics;
  readonly unique: UniqueAdding;
  readonly upkeep: Upkeep;

  constructor(
    readonly db: Database,
    readonly sql: Statements,
  ) {
    this.adding = new Adding(db, sql, null);
    this.asking = new Asking(db, sql);
    this.claims = new Claims(db, sql);
    this.moving = new Moving(db, sql);
    this.topics = new Topics(db, sql);
    this.unique = new UniqueAdding(db, sql, null);
    this.upkeep = new Upkeep(db, sql, 'programma');
  }

  /** Adds a job and answers its id. */
  async add(config: JobConfig = {}, topic = 'topic'): Promise<string> {
    const spec = specOf(topic, config, { retryAfterSeconds: 30, priority: 5 });
    await this.adding.insert([spec]);
    return spec.id;
  }

  async claim(places = 10, want: Partial<Want> = {}, worker = 'worker'): Promise<readonly ClaimedJob[]> {
    return (await this.claims.claim(worker, [aWant({ places, ...want })], false)).jobs;
  }

  /** Adds a job and claims it. */
  async claimed(config: JobConfig = {}, worker = 'worker'): Promise<ClaimedJob> {
    const topic = `topic ${newId()}`;
    await this.add(config, topic);
    const [job] = await this.claim(1, { topic }, worker);
    if (!job) throw new Error('The job that was added just now could not be claimed.');
    return job;
  }
}

export const aWant = (want: Partial<Want> = {}): Want => ({
  topic: 'topic',
  places: 10,
  maxAttempts: null,
  cursorMicros: UNBOUNDED.micros,
  cursorIds: UNBOUNDED.ids,
  ...want,
});

/** A connection pool with the engine's own settings. It is closed when the spec file ends. */
export function aStore(url: string, sql: Statements = SQL): Store {
  const config = { connectionString: url, max: CALLERS };
  const db = new Database({ pool: undefined, config }, 'programma', true, { away() {}, back() {} });
  db.open();
  atTheEnd(() => db.close(1_000));
  return new Store(db, sql);
}

/** A transaction that the test keeps open: what another store does meanwhile meets its locks. */
export interface Transaction {
  readonly store: Store;
  readonly client: pg.Client;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

export async function aTransaction(url: string, sql: Statements = SQL): Promise<Transaction> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query('begin');
  let ended = false;
  const end = async (how: string) => {
    if (ended) return;
    ended = true;
    await client.query(how);
    await client.end();
  };
  atTheEnd(() => end('rollback'));
  const types = { getTypeParser: () => (value: string) => value };
  const rows = async ({ text }: Statement, values: unknown[]): Promise<Row[]> =>
    (await client.query({ text, values, types: types as never })).rows;
  const db = Object.assign(Object.create(Database.prototype) as Database, { rows });
  return { store: new Store(db, sql), client, commit: () => end('commit'), rollback: () => end('rollback') };
}
