/** A claim gives the first due jobs, and with its cursor still finds what comes late. */
import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import { Cursor } from '../../lib/worker/cursor.js';
import { aDatabase, type Database } from '../support/database.js';
import { aStore, aTransaction, aWant, type Store } from './a-store.js';

let database: Database;
let store: Store;

beforeAll(async () => {
  database = await aDatabase();
  store = aStore(database.url);
});

beforeEach(() => database.query('truncate programma.jobs, programma.queue, programma.claims'));

const PAST = new Date(0);
const walk = { unbounded: false, atMs: 0, tookMs: 0 };

it('gives jobs by priority, then time, then in the order in which they were added', async () => {
  const last = await store.add({ priority: 9, runAfterDate: PAST });
  const second = await store.add({ priority: 1 });
  const third = await store.add({ priority: 1 });
  const first = await store.add({ priority: 1, runAfterDate: PAST });
  const claimed: string[] = [];
  for (let i = 0; i < 4; i++) claimed.push(...(await store.claim(1)).map(({ id }) => id));
  expect(claimed).toEqual([first, second, third, last]);
});

it('gives each topic as many as it has places for', async () => {
  for (const [i, topic] of ['a', 'a', 'a', 'b', 'b'].entries()) await store.add({ priority: i }, topic);
  const wants = [aWant({ topic: 'a', places: 2 }), aWant({ topic: 'b', places: 1 })];
  const { jobs } = await store.claims.claim('worker', wants, false);
  expect(jobs.map(({ topic }) => topic)).toEqual(['a', 'a', 'b']);
});

it('gives nothing of a paused topic', async () => {
  await store.add();
  await store.topics.pause('topic', true);
  expect(await store.claim()).toEqual([]);
  await store.topics.pause('topic', false);
  expect(await store.claim()).toHaveLength(1);
});

it('says how long it is until the next job, when it came back short', async () => {
  await store.add({ runAfterSeconds: 60 });
  const { dueMs } = await store.claims.claim('worker', [aWant()], false);
  expect(dueMs).toBeGreaterThan(50_000);
  expect(dueMs).toBeLessThanOrEqual(60_000);
});

it('finds a job that commits late once its hint has been heard', async () => {
  const { late, cursor } = await passedBy();
  cursor.hear(late.dueMicros);
  expect(await claim(cursor, false)).toEqual([late.id]);
});

it('finds a job that commits late, without its hint, in a walk without bound', async () => {
  const { late, cursor } = await passedBy();
  expect(await claim(cursor, false)).toEqual([]);
  expect(await claim(cursor, true)).toEqual([late.id]);
});

it('gives the jobs of one claim in the order in which they should run', async () => {
  const last = await store.add({ priority: 9, runAfterDate: PAST });
  const second = await store.add({ priority: 1 });
  const first = await store.add({ priority: 1, runAfterDate: PAST });
  expect((await store.claim(10)).map(({ id }) => id)).toEqual([first, second, last]);
});

it('moves each priority on by itself', async () => {
  const cursor = new Cursor();
  await store.add({ priority: 1 });
  await claim(cursor, false);
  const older = await store.add({ priority: 2, runAfterDate: PAST });
  expect(await claim(cursor, false)).toEqual([older]);
});

/** A job whose transaction was open while the cursor moved past its time. */
async function passedBy() {
  const tx = await aTransaction(database.url);
  const id = await tx.store.add();
  const { rows } = await tx.client.query('select extract(epoch from run_after)::float8 as due from programma.jobs');
  const cursor = new Cursor();
  const next = await store.add();
  expect(await claim(cursor, false)).toEqual([next]);
  await tx.commit();
  return { cursor, late: { id, dueMicros: Math.round(rows[0].due * 1e6) } };
}

async function claim(cursor: Cursor, unbounded: boolean): Promise<string[]> {
  const { micros, ids } = cursor.position(unbounded);
  const jobs = await store.claim(10, { cursorMicros: micros, cursorIds: ids });
  cursor.moved(jobs, { ...walk, unbounded });
  return jobs.map(({ id }) => id);
}
