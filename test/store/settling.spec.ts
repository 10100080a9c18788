/** What becomes of a job is written once, and the claim that held it goes with its last job. */
import { beforeAll, expect, it } from '@jest/globals';
import type { ClaimedJob, JobRecord } from '../../lib/job/record.js';
import type { Answer, Settlement } from '../../lib/store/claims.js';
import { aDatabase, type Database } from '../support/database.js';
import { aStore, type Store } from './a-store.js';
import { broken } from './invariants.js';

let database: Database;
let store: Store;

beforeAll(async () => {
  database = await aDatabase();
  store = aStore(database.url);
});

it('keeps the result of a completed job', async () => {
  const job = await store.claimed();
  await settle(job, { outcome: 'completed', result: '{"sent":true}' });
  expect(await recordOf(job)).toMatchObject({ state: 'completed', result: { sent: true }, attempts: 1 });
});

it('puts a retried job back for later, with its error', async () => {
  const job = await store.claimed();
  await settle(job, { outcome: 'retried', delaySeconds: 60, error: '{"name":"Error","message":"no"}' });
  const record = await recordOf(job);
  expect(record).toMatchObject({ state: 'created', attempts: 1, errors: [{ attempt: 1, message: 'no' }] });
  expect(await store.claim(1, { topic: job.topic })).toEqual([]);
});

it.each(['snoozed', 'released'] as const)('spends no attempt of a job that was %s', async (outcome) => {
  const job = await store.claimed();
  await settle(job, { outcome, delaySeconds: 0 });
  expect(await store.claim(1, { topic: job.topic })).toMatchObject([
    { id: job.id, attempt: 1, releases: outcome === 'released' ? 1 : 0 },
  ]);
});

it('puts an unmoved job back to when its claim would have ended, as the record says then', async () => {
  const job = await store.claimed({ retryAfterSeconds: 5 });
  await store.moving.setRetryAfter(job.id, 500);
  await settle(job, { outcome: 'unmoved' });
  const record = await recordOf(job);
  expect(Number(record.runAfter) - Number(record.startedAt)).toBe(500_000);
});

it('keeps the last twenty errors, and how many there were', async () => {
  const job = await store.claimed();
  for (let i = 1; ; i++) {
    const [current = job] = i === 1 ? [] : await store.claim(1, { topic: job.topic });
    await settle(current, { outcome: 'retried', delaySeconds: 0, error: `{"name":"Error","message":"${i}"}` });
    if (i === 23) break;
  }
  const { errors, errorCount } = await recordOf(job);
  expect(errorCount).toBe(23);
  expect(errors.map(({ message }) => Number(message))).toEqual(Array.from({ length: 20 }, (_, i) => i + 4));
});

it('takes an outcome that is said once more, after a lost answer, for the same one', async () => {
  const job = await store.claimed();
  expect(await settle(job, { outcome: 'completed' })).toBe('accepted');
  const before = await recordOf(job);
  expect(await settle(job, { outcome: 'completed' })).toBe('moved');
  expect(await recordOf(job)).toEqual(before);
});

it('removes a claim with the last of its jobs, and not before', async () => {
  const [one, two] = await claimedTogether();
  await settle(one, { outcome: 'completed' });
  expect(await openOf(one)).toBe(1);
  await settle(two, { outcome: 'completed' });
  expect(await openOf(one)).toBeUndefined();
});

it('counts an outcome that is said twice once, so that the other jobs of the claim are not stranded', async () => {
  const [one] = await claimedTogether();
  await settle(one, { outcome: 'completed' });
  await settle(one, { outcome: 'completed' });
  expect(await openOf(one)).toBe(1);
  expect(await broken(database)).toEqual([]);
});

it('counts a job that was moved by id once, though its handler settles it, too', async () => {
  const [one, two] = await claimedTogether();
  await store.moving.finish([{ id: one.id, to: 'cancelled' }]);
  await settle(one, { outcome: 'completed' });
  expect(await openOf(two)).toBe(1);
  await settle(two, { outcome: 'completed' });
  expect(await openOf(two)).toBeUndefined();
});

it('moves the place of a job that was handed over from its old claim to one of its own', async () => {
  const [one, two] = await claimedTogether();
  await store.moving.toProcessing([{ id: one.id, fence: one.claimId, worker: 'by hand', timeoutSeconds: 60 }]);
  expect(await openOf(two)).toBe(1);
  await store.moving.finish([{ id: one.id, to: 'completed' }]);
  expect(await broken(database)).toEqual([]);
});

it('adds a job once, however often it is added', async () => {
  const id = await store.add({ data: 1 }, 'once');
  await store.add({ id, data: 2 }, 'once');
  expect(await store.claim(10, { topic: 'once' })).toMatchObject([{ id, data: '1' }]);
  await store.add({ id, data: 3 }, 'once');
  expect(await store.claim(10, { topic: 'once' })).toEqual([]);
  expect(await broken(database)).toEqual([]);
});

async function settle({ id, claimId }: ClaimedJob, what: Omit<Settlement, 'id' | 'claimId'>): Promise<Answer> {
  const [settled] = await store.claims.settle([{ id, claimId, ...what }], true);
  return settled?.answer ?? 'lost';
}

let topics = 0;
async function claimedTogether(): Promise<[ClaimedJob, ClaimedJob]> {
  const topic = `together ${topics++}`;
  for (let i = 0; i < 2; i++) await store.add({}, topic);
  return (await store.claim(2, { topic })) as unknown as [ClaimedJob, ClaimedJob];
}

async function recordOf({ id }: ClaimedJob): Promise<JobRecord> {
  const [record] = await store.asking.byId([id]);
  if (!record) throw new Error(`There is no job ${id}.`);
  return record;
}

async function openOf({ claimId }: ClaimedJob): Promise<number | undefined> {
  return (await database.query<{ open: number }>('select open from programma.claims where id = $1', [claimId]))[0]
    ?.open;
}
