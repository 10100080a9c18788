/** Retention: what has finished goes when its time is over, and nothing else ever goes. */
import { beforeEach, expect, it } from '@jest/globals';
import { Retention } from '../../lib/maintenance/retention.js';
import { aDatabase, type Database } from '../support/database.js';
import { anEngine } from '../support/engine.js';
import { aStore, type Store } from './a-store.js';

let database: Database;
let store: Store;

beforeEach(async () => {
  database ??= await aDatabase();
  store ??= aStore(database.url);
  await database.query('truncate programma.jobs, programma.queue, programma.claims');
});

const KEEP = { completedSeconds: 100, failedSeconds: 200, cancelledSeconds: 300 };
const ENDS = ['completed', 'failed', 'cancelled'] as const;

/** One job for each end, which came so many seconds ago. */
async function finished(secondsAgo: number, topic = 'topic'): Promise<void> {
  const ids = await Promise.all(ENDS.map(() => store.add({}, topic)));
  await store.moving.finish(ids.map((id, i) => ({ id, to: ENDS[i] ?? 'completed' })));
  await database.query(
    `update programma.jobs set finished_at = finished_at - $1 * interval '1 s', failed_at = failed_at - $1 * interval '1 s',
       cancelled_at = cancelled_at - $1 * interval '1 s' where id = any($2)`,
    [secondsAgo, ids],
  );
}

const left = async () =>
  (await database.query<{ state: string }>('select state from programma.jobs order by state')).map((row) => row.state);

it.each([
  [90, ['cancelled', 'completed', 'failed']],
  [150, ['cancelled', 'failed']],
  [250, ['cancelled']],
  [350, []],
])('removes what has been finished for longer than its kind stays (%i s)', async (secondsAgo, states) => {
  await finished(secondsAgo);
  await new Retention(store.upkeep, KEEP).runOnce();
  expect(await left()).toEqual(states);
});

it('never removes what has not finished, however old', async () => {
  await store.claimed();
  await store.moving.toProcessing([{ id: await store.add(), worker: 'by hand', timeoutSeconds: undefined }]);
  await store.add();
  await database.query(
    `update programma.jobs set created_at = now() - interval '9 years', run_after = now() - interval '9 years'`,
  );
  await new Retention(store.upkeep, KEEP).runOnce();
  expect(await left()).toEqual(['active', 'created', 'processing']);
});

it('goes on without a rest while there is more, in every topic', async () => {
  await finished(1_000, 'one');
  await finished(1_000, 'two');
  const retention = new Retention(store.upkeep, KEEP, 1);
  expect(await retention.runOnce()).toBe(0);
  expect(await retention.runOnce()).toBeGreaterThan(60_000);
  expect(await left()).toEqual([]);
});

it.each([
  [KEEP, true],
  [undefined, true],
  [false as const, false],
])('is a chore of every process, unless it is told to keep all: %j', async (retention, is) => {
  const programma = anEngine(database, { retention });
  await programma.start();
  const { planned } = (await programma.parts()).house.chores;
  await programma.shutdown();
  expect(planned.some(({ chore }) => chore.name === 'retention')).toBe(is);
});
