/** Whatever is said about a running job counts only from the claim that gave it out. */
import { beforeAll, expect, it } from '@jest/globals';
import type { Job, Programma } from '../../../lib/engine.js';
import { aDatabase, type Database } from '../../support/database.js';
import { aProcess } from '../../support/process.js';
import { aGate, anEngine, behindAProxy, next } from './an-engine.js';

const WORKER = new URL('./worker.ts', import.meta.url);
let database: Database;

beforeAll(async () => {
  database = await aDatabase();
});

const recordOf = async (id: string): Promise<unknown> =>
  (await database.query('select to_jsonb(j) as record from programma.jobs j where id = $1', [id]))[0]?.record;

/**
 * A job in the hand of a handler whose claim was broken behind its back, and which another process runs: its engine
 * does not know it yet, so that nothing but the fence can refuse what is said.
 */
async function aLostJob(
  topic: string,
): Promise<{ job: Job; loser: Programma; end(error?: unknown): void; id: string }> {
  const gate = aGate();
  let ending: unknown;
  let handed = (_: Job): void => undefined;
  const inHand = new Promise<Job>((resolve) => {
    handed = resolve;
  });
  const loser = await anEngine({ connectionString: database.url, shutdownTimeoutSeconds: 0 }, (p) =>
    // One place, so that it does not take the job again itself.
    p.processJobs({ topicName: topic, completion: 'auto', maxJobs: 1 }, async (job) => {
      handed(job);
      await gate.opened;
      if (ending !== undefined) throw ending;
    }),
  );
  const id = await loser.addJob(topic);
  const job = await inHand;
  await database.query(`update programma.claims set expires_at = now() - interval '1 s' where $1 = any(job_ids)`, [id]);
  const taker = await anEngine({ connectionString: database.url });
  const taken = next(taker, 'job:claimed', (e) => e.job.id === id);
  taker.processJobs({ topicName: topic, completion: 'auto' }, () => new Promise(() => undefined));
  await taken;
  return {
    job,
    loser,
    id,
    end(error) {
      ending = error;
      gate.open();
    },
  };
}

it('tells the run that lost its job, and not the next one in the same process', async () => {
  const gate = aGate();
  let runs = 0;
  const programma = await anEngine({ connectionString: database.url }, (p) =>
    p.processJobs({ topicName: 'twice here', completion: 'auto', maxJobs: 2, maxAttempts: 1 }, async (job) => {
      if (++runs === 1) return gate.opened;
      const lost = new Promise((resolve) => job.signal.addEventListener('abort', () => resolve('told to stop')));
      return Promise.race([lost, firstIsTold.then(() => 'second')]);
    }),
  );
  const claimed = next(programma, 'job:claimed');
  const firstIsTold = next(programma, 'job:lease-lost');
  const id = await programma.addJob('twice here', { retryAfterSeconds: 3 });
  await claimed;
  await programma.moveJobToFailed(id);
  await programma.retryJob(id);
  expect(await programma.waitForJob(id)).toMatchObject({ state: 'completed', result: 'second' });
  gate.open();
});

const WORDS: Record<string, (job: Job) => Promise<unknown>> = {
  complete: (job) => job.complete('mine'),
  fail: (job) => job.fail(new Error('mine')),
  snooze: (job) => job.snooze(5),
  progress: (job) => job.progress(50),
  addToAttributes: (job) => job.addToAttributes('mine', true),
  setAttributes: (job) => job.setAttributes({ mine: true }),
  moveToProcessing: (job) => job.moveToProcessing(),
  completeWithin,
};

async function completeWithin(job: Job): Promise<void> {
  const client = await database.pool.connect();
  try {
    await client.query('begin');
    await job.completeWithin(client, 'mine');
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

it.each(Object.entries(WORDS))('refuses job.%s of a handler that lost its claim', async (word, say) => {
  const { job, id } = await aLostJob(`lost.${word}`);
  const before = await recordOf(id);
  await expect(say(job)).rejects.toMatchObject({ code: 'PROGRAMMA_LEASE_LOST' });
  expect(await recordOf(id)).toEqual(before);
});

it.each([
  ['completion', undefined],
  ['retry', new Error('mine')],
])('refuses the %s of a handler that lost its claim, and says so', async (word, error) => {
  const { loser, id, end } = await aLostJob(`lost.${word}`);
  const before = await recordOf(id);
  const told = next(loser, 'job:lease-lost');
  end(error);
  expect((await told).job.id).toBe(id);
  expect(await recordOf(id)).toEqual(before);
});

it('refuses the giving back of a process that stops and has lost its claim', async () => {
  const { loser, id } = await aLostJob('lost.release');
  const before = await recordOf(id);
  await loser.shutdown();
  expect(await recordOf(id)).toEqual(before);
});

it('changes nothing when a process comes back that was stopped beyond its lease', async () => {
  const worker = aProcess(WORKER, { DATABASE: database.url, TOPIC: 'stopped' });
  await worker.until('ready');
  const other = await anEngine({ connectionString: database.url });
  const id = await other.addJob('stopped', { data: { do: 'sleep', ms: 500 }, retryAfterSeconds: 1 });
  await worker.until('started');
  worker.kill('SIGSTOP');
  other.processJobs({ topicName: 'stopped', completion: 'auto' }, () => 'the other');
  const done = await other.waitForJob(id);
  worker.kill('SIGCONT');
  await worker.until('job:lease-lost');
  await worker.until('returned');
  expect(await other.getJob(id)).toEqual(done);
  expect(done).toMatchObject({ state: 'completed', result: 'the other', attempts: 2 });
});

it('changes nothing when a handler returns that blocked its process beyond the lease', async () => {
  const worker = aProcess(WORKER, { DATABASE: database.url, TOPIC: 'blocked' });
  await worker.until('ready');
  const other = await anEngine({ connectionString: database.url });
  const blocked = await other.addJob('blocked', { data: { do: 'block', ms: 3_000 }, retryAfterSeconds: 1 });
  await worker.until('started');
  other.processJobs({ topicName: 'blocked', completion: 'auto' }, () => 'the other');
  const done = await other.waitForJob(blocked);
  await worker.until('job:lease-lost');
  expect(await other.getJob(blocked)).toEqual(done);
});

it('aborts the signal with LeaseLostError when the lease is over by the clock of the process itself', async () => {
  const worker = aProcess(WORKER, { DATABASE: database.url, TOPIC: 'aborted' });
  await worker.until('ready');
  const other = await anEngine({ connectionString: database.url, workers: false });
  await other.addJob('aborted', { data: { do: 'obey' }, retryAfterSeconds: 1 });
  await worker.until('started');
  worker.kill('SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  worker.kill('SIGCONT');
  expect(await worker.until('aborted')).toMatchObject({ reason: 'LeaseLostError' });
});

it('does not begin a job whose claim is answered after its lease is over', async () => {
  const { proxy, url, database: own } = await behindAProxy();
  const programma = await anEngine({ connectionString: url });
  const producer = await anEngine({ connectionString: own.url, workers: false });
  let begun = 0;
  const lost = next(programma, 'job:lease-lost');
  programma.processJobs({ topicName: 'slow', completion: 'auto' }, () => void begun++);
  proxy.delayMs = 800;
  const id = await producer.addJob('slow', { retryAfterSeconds: 1 });
  expect((await lost).job.id).toBe(id);
  expect(begun).toBe(0);
  proxy.delayMs = 0;
  expect(await producer.waitForJob(id)).toMatchObject({ state: 'completed' });
});

it('lets the verbs by id speak for whoever calls them, and refuses them on finished jobs only', async () => {
  const { loser, id } = await aLostJob('by-id');
  expect(await loser.moveJobToDone(id, { result: 'by id' })).toBe(true);
  expect(await loser.getJob(id)).toMatchObject({ state: 'completed', result: 'by id' });
  expect(await loser.moveJobToDone(id)).toBe(false);
  expect(await loser.moveJobToFailed(id)).toBe(false);
});
