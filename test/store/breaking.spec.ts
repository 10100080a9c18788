/** Claims past their time give back what they hold; and what a worker never heard of is given back unspent. */
import { afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { aDatabase, type Database } from '../support/database.js';
import { aStore, aTransaction, type Store, type Transaction } from './a-store.js';
import { broken } from './invariants.js';

let database: Database;
let store: Store;
let tx: Transaction | undefined;

beforeAll(async () => {
  database = await aDatabase();
  store = aStore(database.url);
});

afterEach(() => tx?.rollback());

beforeEach(() => database.query('truncate programma.jobs, programma.queue, programma.claims'));

it('takes back what a claim past its time holds, and spends the attempt', async () => {
  const { id, topic } = await store.claimed();
  await expire();
  expect((await store.claims.breakExpired(20)).jobs).toMatchObject([{ id, state: 'created', attempt: 1 }]);
  expect(await store.claim(1, { topic })).toMatchObject([{ id, attempt: 2 }]);
});

it('leaves a claim whose time is not over', async () => {
  await store.claimed();
  expect((await store.claims.breakExpired(20)).jobs).toEqual([]);
});

it('fails a job whose attempts are spent, and says who lost it', async () => {
  const { id } = await store.claimed({ maxAttempts: 1 }, 'worker 7');
  await expire();
  expect((await store.claims.breakExpired(20)).jobs).toMatchObject([{ id, state: 'failed' }]);
  const [record] = await store.asking.byId([id]);
  expect(record?.errors).toMatchObject([{ name: 'LeaseExpiredError', message: 'lease expired (held by worker 7)' }]);
});

it('takes back a job that was handed over, once its deadline is past', async () => {
  const id = await store.add();
  await store.moving.toProcessing([{ id, worker: 'broker', timeoutSeconds: 60 }]);
  await expire();
  expect((await store.claims.breakExpired(20)).jobs).toMatchObject([{ id, state: 'created' }]);
});

it('never takes back a job that was handed over without a deadline', async () => {
  const id = await store.add();
  await store.moving.toProcessing([{ id, worker: 'by hand', timeoutSeconds: undefined }]);
  expect(await store.claims.breakExpired(20)).toMatchObject({ jobs: [], leaseMs: null });
});

it('leaves a job that its handler has locked, and its claim with it, for the next look', async () => {
  const ids = [await store.add(), await store.add()];
  await store.claim(2);
  await expire();
  tx = await aTransaction(database.url);
  await tx.client.query('select 1 from programma.jobs where id = $1 for update', [ids[0]]);
  expect(await store.claims.breakExpired(20)).toMatchObject({ jobs: [{ id: ids[1] }], waiting: true });
  expect(await broken(database)).toEqual([]);
  await tx.rollback();
  await expire();
  expect(await store.claims.breakExpired(20)).toMatchObject({ jobs: [{ id: ids[0] }], waiting: false });
});

it('says that a claim past its time is to be looked at again whose row somebody has at this moment', async () => {
  const { id } = await store.claimed();
  await expire();
  tx = await aTransaction(database.url);
  await tx.client.query('select 1 from programma.claims for update');
  expect(await store.claims.breakExpired(20)).toMatchObject({ jobs: [], waiting: true });
  await tx.rollback();
  expect(await store.claims.breakExpired(20)).toMatchObject({ jobs: [{ id }], waiting: false });
});

it('gets past any number of claims that are locked', async () => {
  const locked = [await store.claimed(), await store.claimed()].map(({ id }) => id);
  tx = await aTransaction(database.url);
  await tx.client.query('select 1 from programma.jobs where id = any($1) for update', [locked]);
  await expire();
  const { id } = await store.claimed();
  await database.query(`update programma.claims set expires_at = now() - interval '1 ms' where expires_at > now()`);
  await store.claims.breakExpired(2);
  expect((await store.claims.breakExpired(2)).jobs).toMatchObject([{ id }]);
});

it('removes a claim that holds nothing, whatever its count says', async () => {
  const { id, claimId } = await store.claimed();
  tx = await aTransaction(database.url);
  await store.claims.completeWithin(tx.client, id, claimId, '1');
  await tx.commit();
  await expire();
  await store.claims.breakExpired(20);
  expect(await database.query('select 1 from programma.claims')).toEqual([]);
});

it('says when the next lease ends', async () => {
  await store.claimed({ retryAfterSeconds: 60 });
  const { leaseMs } = await store.claims.breakExpired(20);
  expect(leaseMs).toBeGreaterThan(50_000);
  expect(leaseMs).toBeLessThanOrEqual(60_000);
});

it('gives back, unspent, what a worker does not know that it has', async () => {
  const lost = await store.claimed();
  const known = await store.claimed();
  expect(await store.claims.releaseUnknown(['worker'], [known.claimId])).toBe(1);
  expect(await store.claim(1, { topic: lost.topic })).toMatchObject([{ id: lost.id, attempt: 1 }]);
  expect(await broken(database)).toEqual([]);
});

it('does not give back what another worker has, nor what is past its time', async () => {
  await store.claimed({}, 'another');
  await store.claimed({}, 'worker');
  await database.query(`update programma.claims set expires_at = now() - interval '1 s' where worker = 'worker'`);
  expect(await store.claims.releaseUnknown(['worker'], [])).toBe(0);
});

it('gives a job back to the place in the queue that it had', async () => {
  const first = await store.add();
  await store.add();
  await store.claim(1);
  await store.claims.releaseUnknown(['worker'], []);
  expect(await store.claim(1)).toMatchObject([{ id: first }]);
});

async function expire(): Promise<void> {
  await database.query(`update programma.claims set expires_at = now() - interval '1 s' where expires_at < 'infinity'`);
}
