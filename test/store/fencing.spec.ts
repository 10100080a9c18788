/** Only the claim that holds a job may speak for it. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ClaimedJob } from '../../lib/job/record.js';
import { aDatabase, type Database } from '../support/database.js';
import { aStore, aTransaction, type Store } from './a-store.js';
import { after } from './meeting.js';

let database: Database;
let store: Store;

beforeAll(async () => {
  database = await aDatabase();
  store = aStore(database.url);
});

/** Each word that a handler has about its job; true when it was taken. */
const WORDS: Record<string, (by: Store, job: ClaimedJob) => Promise<boolean>> = {
  'an outcome': async (by, { id, claimId }) =>
    (await by.claims.settle([{ id, claimId, outcome: 'completed' }], true))[0]?.answer === 'accepted',
  progress: async (by, { id, claimId }) => (await by.claims.reportProgress([{ id, claimId, progress: '1' }])).has(id),
  attributes: (by, { id, claimId }) => by.moving.setAttributes(id, '{"a":1}', false, claimId),
  'a hand-over': async (by, { id, claimId }) =>
    (await by.moving.toProcessing([{ id, fence: claimId, worker: 'by hand', timeoutSeconds: 60 }]))[0] !== undefined,
  'a completion within its transaction': async (by, { id, claimId }) => {
    const tx = await aTransaction(database.url);
    const done = await by.claims.completeWithin(tx.client, id, claimId, '1');
    await tx.commit();
    return done;
  },
};

describe.each(Object.keys(WORDS))('%s', (name) => {
  const word = WORDS[name] as (typeof WORDS)[string];

  it('is taken from the claim that holds the job', async () => {
    expect(await word(store, await store.claimed())).toBe(true);
  });

  it('is refused when another claim holds the job', async () => {
    const stale = await store.claimed();
    const current = await takenOver(stale);
    expect(await word(store, stale)).toBe(false);
    expect(await recordOf(stale)).toMatchObject({ state: 'active', claim_id: current.claimId, progress: null });
  });

  it('is refused when the job waits again', async () => {
    const stale = await store.claimed();
    await breakClaimOf(stale);
    expect(await word(store, stale)).toBe(false);
    expect(await recordOf(stale)).toMatchObject({ state: 'created', attributes: null });
  });

  it('is refused when the job is lost while the word waits for its record', async () => {
    const stale = await store.claimed();
    const tx = await aTransaction(database.url);
    const current = await takenOver(stale, tx.store);
    expect(await after(database, tx.commit, () => word(store, stale))).toBe(false);
    expect(await recordOf(stale)).toMatchObject({ state: 'active', claim_id: current.claimId, progress: null });
  });
});

it('answers each of two attempts of one job, settled together, for itself', async () => {
  const stale = await store.claimed();
  const current = await takenOver(stale);
  const settlements = [stale, current].map(({ id, claimId }) => ({ id, claimId, outcome: 'completed' as const }));
  expect((await store.claims.settle(settlements, true)).map(({ answer }) => answer)).toEqual(['lost', 'accepted']);
});

it('says that a lease was lost, not that the job was moved, once the claim is broken', async () => {
  const job = await store.claimed();
  const { id, claimId } = job;
  await breakClaimOf(job);
  expect(await store.claims.renew([claimId], [job], 5_000)).toEqual([{ id, claimId, why: 'lost' }]);
  const [settled] = await store.claims.settle([{ id, claimId, outcome: 'completed' }], true);
  expect(settled?.answer).toBe('lost');
});

it.each(['completed', 'cancelled'] as const)(
  'says of a job that was moved to %s by id that it was moved',
  async (to) => {
    const { id, claimId } = await store.claimed();
    await store.moving.finish([{ id, to }]);
    const [settled] = await store.claims.settle([{ id, claimId, outcome: 'completed' }], true);
    expect(settled?.answer).toBe('moved');
  },
);

it('names the claim of a job that a renewal finds gone', async () => {
  const stale = await store.claimed();
  const current = await takenOver(stale);
  const gone = await store.claims.renew([stale.claimId, current.claimId], [stale, current], 5_000);
  expect(gone).toEqual([{ id: stale.id, claimId: stale.claimId, why: 'lost' }]);
});

it('finds, in a renewal, a job that was taken out of a claim which goes on with others', async () => {
  const topic = 'two of one claim';
  for (let i = 0; i < 2; i++) await store.add({}, topic);
  const [stale, other] = (await store.claim(2, { topic })) as [ClaimedJob, ClaimedJob];
  await store.moving.finish([{ id: stale.id, to: 'cancelled' }]);
  await store.moving.retry([stale.id]);
  await store.claim(1, { topic }, 'another worker');
  const gone = await store.claims.renew([stale.claimId], [stale, other], 5_000);
  expect(gone).toEqual([{ id: stale.id, claimId: stale.claimId, why: 'lost' }]);
});

async function breakClaimOf({ claimId }: ClaimedJob, by = store): Promise<void> {
  await database.query(`update programma.claims set expires_at = now() - interval '1 s' where id = $1`, [claimId]);
  await by.claims.breakExpired(20);
}

/** The lease is over and somebody else has the job. */
async function takenOver(job: ClaimedJob, by = store): Promise<ClaimedJob> {
  await breakClaimOf(job, by);
  const [current] = await by.claim(1, { topic: job.topic }, 'another worker');
  if (!current) throw new Error('Nobody could claim the job that was taken back.');
  return current;
}

async function recordOf({ id }: ClaimedJob): Promise<Record<string, unknown> | undefined> {
  return (await database.query('select * from programma.jobs where id = $1', [id]))[0];
}
