/** With ten times the jobs, a claim and a page of a list touch no more of the database than before. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Statement, StatementName } from '../../../lib/store/statements.js';
import { Cursor } from '../../../lib/worker/cursor.js';
import { aDatabase, type Database } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { aStore, aTransaction, aWant, SQL, type Store } from '../a-store.js';
import { CASES } from './cases.js';
import { TOPIC, withoutAutovacuum, withoutLog } from './load.js';
import { loadMany } from './load-many.js';

const SMALL = 100_000;
const LARGE = 1_000_000;
const MOST = 1.2;
/** What a worker with ten free places asks for: the more it takes, the less would the way there show. */
const PLACES = 10;
/** Claimed while an old transaction stays open: so many dead entries are left in the index. */
const DEAD = 15_000;
const LISTS = [
  'list-all',
  'list-created',
  'list-claimed',
  'list-finished',
  'list-topics',
  'list-depths',
  'failed-jobs',
] as const;

const WITHOUT_LANES = replaced(SQL['claim-jobs'], [
  [
    'generate_series(0, 9) as lane(p), lateral (\n      select q.tid',
    'generate_series(0, 0) as lane(p), lateral (\n      select q.tid',
  ],
  ['q.topic = w.topic and q.priority = lane.p and q.run_after <= now()', 'q.topic = w.topic and q.run_after <= now()'],
  ['order by q.run_after, q.id\n        for update', 'order by q.priority, q.run_after, q.id\n        for update'],
]);

let database: Database;
let store: Store;
const buffers: Record<string, Record<string, number>> = {};
const of = (what: string, size: number): number => buffers[what]?.[size] ?? Number.NaN;

beforeAll(async () => {
  database = await aDatabase();
  store = aStore(database.url);
  await withoutAutovacuum(database);
  await withoutLog(database);
  await loadMany(database, SMALL);
  await measureAll(SMALL);
  await loadMany(database, LARGE);
  await measureAll(LARGE);
}, 300_000);

afterAll(() => console.table(buffers));

describe('with a million due, a million future and a million finished jobs', () => {
  it('a claim touches at most 1.2 times what it touches with a hundred thousand of each', () => {
    expect(of('claim', LARGE)).toBeLessThanOrEqual(MOST * of('claim', SMALL));
  });

  // PostgreSQL 18 skips from priority to priority by itself. Dead entries it can only pass with a cursor, and only a
  // lane can have one.
  it('a claim without its lanes would not', () => {
    const most = Math.max(of('claim without lanes', LARGE), of('claim over dead entries, without lanes', LARGE));
    expect(most).toBeGreaterThan(MOST * of('claim', SMALL));
  });

  it('a claim is as cheap after many others, while an old transaction keeps their dead entries', () => {
    expect(of('claim over dead entries', LARGE)).toBeLessThanOrEqual(MOST * of('claim', SMALL));
  });

  it('a claim that ignored its cursor would not be', () => {
    expect(of('claim over dead entries, without cursor', LARGE)).toBeGreaterThan(MOST * of('claim', SMALL));
  });

  it.each(LISTS)('a page of %s touches no more than with a hundred thousand, but for deeper indexes', (name) => {
    expect(of(name, LARGE)).toBeLessThanOrEqual(Math.max(MOST * of(name, SMALL), of(name, SMALL) + 5));
  });
});

async function measureAll(size: number): Promise<void> {
  const claim = (name: string, statement: Statement, cursor = new Cursor()) =>
    note(name, size, statement, claimValues(cursor));
  // What a connection reads of the catalogues when it first meets the tables is not the claim's.
  await claim('first claim', SQL['claim-jobs']);
  await claim('claim', SQL['claim-jobs']);
  await claim('claim without lanes', WITHOUT_LANES);
  const old = await aTransaction(database.url);
  await old.client.query('set transaction isolation level repeatable read');
  await old.client.query('select 1 from programma.topics');
  const cursor = new Cursor();
  for (let i = 0; i < DEAD / 1_000; i++) await claimAThousand(cursor);
  await claim('claim over dead entries', SQL['claim-jobs'], cursor);
  await claim('claim over dead entries, without cursor', SQL['claim-jobs']);
  await claim('claim over dead entries, without lanes', WITHOUT_LANES);
  await old.rollback();
  await eventually(clearedAway, 60_000);
  // What a connection reads of the catalogues at a statement's first run is not the statement's.
  for (let i = 0; i < 2; i++) for (const name of LISTS) await note(name, size, SQL[name], valuesOf(name));
}

/** A connection that is just being made, to whichever database of the server, holds back for a moment what can go. */
async function clearedAway(): Promise<boolean> {
  await database.query('vacuum programma.queue');
  const [row] = await database.query(`select n_dead_tup from pg_stat_user_tables where relname = 'queue'`);
  return Number(row?.n_dead_tup) === 0;
}

async function note(what: string, size: number, statement: Statement, values: unknown[]): Promise<void> {
  buffers[what] = { ...buffers[what], [size]: await touched(statement, values) };
}

async function claimAThousand(cursor: Cursor): Promise<void> {
  const { micros, ids } = cursor.position(false);
  const jobs = await store.claim(1_000, { topic: TOPIC, cursorMicros: micros, cursorIds: ids });
  expect(jobs).toHaveLength(1_000);
  cursor.moved(jobs, { unbounded: false, atMs: 0, tookMs: 0 });
}

function claimValues(cursor: Cursor): unknown[] {
  const { micros, ids } = cursor.position(false);
  const want = aWant({ topic: TOPIC, cursorMicros: micros, cursorIds: ids });
  const array = (values: readonly unknown[]) => `{${values.join(',')}}`;
  return [[want.topic], array([PLACES]), '{NULL}', array(want.cursorMicros), array(want.cursorIds), 'worker', false];
}

/** Pages found in memory and pages read: what the statement had to touch. */
async function touched({ text }: Statement, values: unknown[]): Promise<number> {
  const [row] = await store.db.text(`explain (analyze, buffers, format json) ${text}`, values);
  const [{ Plan: plan }] = JSON.parse(row?.['QUERY PLAN'] ?? '') as [{ Plan: Record<string, number> }];
  return (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
}

function valuesOf(name: StatementName): unknown[] {
  const { values } = CASES[name] ?? {};
  if (!values) throw new Error(`The statement ${name} has no case in cases.ts.`);
  return values(0);
}

function replaced({ name, text }: Statement, replacements: readonly (readonly [string, string])[]): Statement {
  let changed = text;
  for (const [before, after] of replacements) {
    if (!changed.includes(before)) throw new Error(`${name} has changed: this test no longer finds "${before}".`);
    changed = changed.replace(before, after);
  }
  return { name: `${name}:changed`, text: changed };
}
