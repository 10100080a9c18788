/** Two statements that meet on one job: whichever comes second does the right thing or nothing. */
import { afterEach, beforeAll, expect, it } from '@jest/globals';
import { STATES } from '../../lib/job/states.js';
import { aDatabase, type Database } from '../support/database.js';
import { aStore, aTransaction, type Store, type Transaction } from './a-store.js';
import { broken } from './invariants.js';
import { after } from './meeting.js';

let database: Database;
let store: Store;
let first: Transaction;
let topics = 0;
let topic: string;

beforeAll(async () => {
  database = await aDatabase();
  store = aStore(database.url);
});

// Whatever two statements made of it, together.
afterEach(async () => {
  await first.rollback();
  expect(await broken(database)).toEqual([]);
});

it('lets a claim pass by a job that is being cancelled', async () => {
  const id = await job();
  await begin();
  await first.store.moving.finish([{ id, to: 'cancelled' }]);
  expect(await store.claim(1, { topic })).toEqual([]);
  await first.commit();
  expect(await store.claim(1, { topic })).toEqual([]);
});

it('cancels a job that is being claimed once it has been claimed', async () => {
  const id = await job();
  await begin();
  await first.store.claim(1, { topic });
  expect(await after(database, first.commit, () => store.moving.finish([{ id, to: 'cancelled' }]))).toEqual(['active']);
  expect(await stateOf(id)).toBe('cancelled');
  expect(await claimsOf(id)).toEqual([]);
});

it('deletes a job that is being claimed once it has been claimed', async () => {
  const id = await job();
  await begin();
  await first.store.claim(1, { topic });
  expect(await after(database, first.commit, () => store.moving.delete([id], STATES))).toEqual(['active']);
  expect(await claimsOf(id)).toEqual([]);
});

it('lets a claim pass by a job that is being put off, and by its old place afterwards', async () => {
  const id = await job();
  await begin();
  await first.store.moving.reschedule({ id, delaySeconds: 3_600 });
  expect(await store.claim(1, { topic })).toEqual([]);
  await first.commit();
  expect(await store.claim(1, { topic })).toEqual([]);
});

it('does not put off a job that was claimed meanwhile', async () => {
  const id = await job();
  await begin();
  await first.store.claim(1, { topic });
  expect(await after(database, first.commit, () => store.moving.reschedule({ id, delaySeconds: 60 }))).toBeUndefined();
  expect(await stateOf(id)).toBe('active');
});

it('lets the second of two that put a job off have the last word', async () => {
  const id = await job();
  await begin();
  await first.store.moving.reschedule({ id, delaySeconds: 3_600, priority: 1 });
  const hint = await after(database, first.commit, () => store.moving.reschedule({ id, delaySeconds: 0, priority: 9 }));
  expect(hint?.waitMs).toBeLessThanOrEqual(0);
  expect(await store.claim(1, { topic })).toMatchObject([{ id, priority: 9 }]);
});

it('does not take back a job whose outcome is being written', async () => {
  const { id, claimId } = await store.claimed();
  await expire(claimId);
  await begin();
  await first.store.claims.settle([{ id, claimId, outcome: 'completed' }], true);
  expect((await store.claims.breakExpired(20)).jobs).toEqual([]);
  await first.commit();
  expect(await stateOf(id)).toBe('completed');
});

it('refuses an outcome that waited for the breaking of its claim', async () => {
  const { id, claimId } = await store.claimed();
  await expire(claimId);
  await begin();
  await first.store.claims.breakExpired(20);
  const settling = () => store.claims.settle([{ id, claimId, outcome: 'completed' }], true);
  expect(await after(database, first.commit, settling)).toMatchObject([{ answer: 'lost' }]);
  expect(await stateOf(id)).toBe('created');
});

it('refuses an outcome that waited for a move by id', async () => {
  const { id, claimId } = await store.claimed();
  await begin();
  await first.store.moving.finish([{ id, to: 'failed', error: '{"name":"Error"}' }]);
  const settling = () => store.claims.settle([{ id, claimId, outcome: 'completed' }], true);
  expect(await after(database, first.commit, settling)).toMatchObject([{ answer: 'moved' }]);
  expect(await stateOf(id)).toBe('failed');
});

it('does not move a job by id that was settled meanwhile', async () => {
  const { id, claimId } = await store.claimed();
  await begin();
  await first.store.claims.settle([{ id, claimId, outcome: 'completed' }], true);
  const moving = () => store.moving.finish([{ id, to: 'cancelled' }]);
  expect(await after(database, first.commit, moving)).toEqual([undefined]);
  expect(await stateOf(id)).toBe('completed');
});

it('moves a job by id that went back into the queue meanwhile', async () => {
  const { id, claimId } = await store.claimed();
  await begin();
  await first.store.claims.settle([{ id, claimId, outcome: 'snoozed', delaySeconds: 60 }], true);
  const moving = () => store.moving.finish([{ id, to: 'cancelled' }]);
  expect(await after(database, first.commit, moving)).toEqual(['created']);
});

it('does not remove a job that is being taken back into the queue', async () => {
  const id = await job();
  await store.moving.finish([{ id, to: 'cancelled' }]);
  await begin();
  await first.store.moving.retry([id]);
  await store.upkeep.removeFinished([0, 0, 0], 1_000, 1e9);
  await first.commit();
  expect(await stateOf(id)).toBe('created');
});

it('does not take a job back that was removed meanwhile', async () => {
  const id = await job();
  await store.moving.finish([{ id, to: 'cancelled' }]);
  await begin();
  await first.store.upkeep.removeFinished([0, 0, 0], 1_000, 1e9);
  expect(await after(database, first.commit, () => store.moving.retry([id]))).toMatchObject({ count: 0 });
  expect(await stateOf(id)).toBeUndefined();
});

it('claims a job for as long as it says when it is claimed', async () => {
  const id = await job();
  await begin();
  await first.store.moving.setRetryAfter(id, 600);
  expect(await store.claim(1, { topic })).toEqual([]);
  await first.commit();
  expect(await store.claim(1, { topic })).toMatchObject([{ id, leaseSeconds: 600 }]);
});

it('lets whoever says how long a job lasts wait for the claim that takes it, and keeps both', async () => {
  const id = await job();
  await begin();
  const [claimed] = await first.store.claim(1, { topic });
  expect(await after(database, first.commit, () => store.moving.setRetryAfter(id, 600))).toBe(true);
  expect(await stateOf(id)).toBe('active');
  const settled = await store.claims.settle([{ id, claimId: claimed?.claimId ?? '', outcome: 'completed' }], true);
  expect(settled).toMatchObject([{ answer: 'accepted' }]);
});

it('says of the second of two ends, an outcome and moveJobToDone, that it changed nothing', async () => {
  const [settledFirst, movedFirst] = [await store.claimed(), await store.claimed()];
  await begin();
  await first.store.claims.settle([{ ...settledFirst, outcome: 'completed', result: '"handler"' }], true);
  await first.store.moving.finish([{ id: movedFirst.id, to: 'completed', result: '"by id"' }]);
  const moving = () => store.moving.finish([{ id: settledFirst.id, to: 'completed', result: '"by id"' }]);
  const settling = () => store.claims.settle([{ ...movedFirst, outcome: 'completed', result: '"handler"' }], true);
  expect(await after(database, first.commit, moving)).toEqual([undefined]);
  expect(await settling()).toMatchObject([{ answer: 'moved' }]);
  expect(await resultsOf([settledFirst.id, movedFirst.id])).toEqual(['handler', 'by id']);
});

it('gives a job to one of two who claim at once', async () => {
  const id = await job();
  await begin();
  expect(await first.store.claim(1, { topic })).toMatchObject([{ id }]);
  expect(await store.claim(1, { topic })).toEqual([]);
  await first.commit();
});

it('claims the jobs beside one that somebody has locked', async () => {
  await job();
  const other = await store.add({}, topic);
  await begin();
  await first.client.query('select 1 from programma.jobs where topic = $1 and id <> $2 for update', [topic, other]);
  expect(await store.claim(10, { topic })).toMatchObject([{ id: other }]);
  await first.rollback();
});

it.each(['reports', 'outcomes'])('meets no deadlock with %s of the same jobs in another order', async (what) => {
  const earlier = await store.claimed();
  const later = await store.claimed();
  const say = async ({ claims }: Store, jobs: readonly { id: string; claimId: string }[]) =>
    what === 'reports'
      ? claims.reportProgress(jobs.map(({ id, claimId }) => ({ id, claimId, progress: '0.5' })))
      : claims.settle(
          jobs.map(({ id, claimId }) => ({ id, claimId, outcome: 'completed' })),
          true,
        );
  await begin();
  await say(first.store, [earlier]);
  const both = async () => {
    await say(first.store, [later]);
    await first.commit();
  };
  await after(database, both, () => say(store, [later, earlier]));
});

/** A job of a topic of its own. */
async function job(): Promise<string> {
  topic = `topic ${topics++}`;
  return store.add({}, topic);
}

/** Begins the first one's transaction. Only now: to a transaction, it stays the moment at which it began. */
async function begin(): Promise<void> {
  first = await aTransaction(database.url);
}

async function expire(claimId: string): Promise<void> {
  await database.query(`update programma.claims set expires_at = now() - interval '1 s' where id = $1`, [claimId]);
}

async function stateOf(id: string): Promise<string | undefined> {
  return (await store.asking.byId([id]))[0]?.state;
}

async function resultsOf(ids: readonly string[]): Promise<unknown[]> {
  const records = await store.asking.byId(ids);
  return ids.map((id) => records.find((record) => record.id === id)?.result);
}

async function claimsOf(id: string): Promise<unknown[]> {
  return database.query('select 1 from programma.claims where $1 = any(job_ids)', [id]);
}
