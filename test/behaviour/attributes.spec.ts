/** What is written beside a job's state: attributes, progress, the next lease; and waiting for its end. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { InvalidJobError, type Job, NotRunningError, type Programma, WaitTimeoutError } from '../../lib/engine.js';
import { aDatabase, type Database } from '../support/database.js';
import { aGate, aStartedEngine } from '../support/engine.js';

let database: Database;
let programma: Programma;
let elsewhere: Programma;

beforeAll(async () => {
  database = await aDatabase();
  [programma, elsewhere] = await Promise.all([aStartedEngine(database), aStartedEngine(database)]);
});

const later = (attributes?: Record<string, unknown>) =>
  programma.addJob('later', { runAfterSeconds: 3_000, ...(attributes && { attributes }) });
const attributesOf = async (id: string) => (await programma.getJob(id))?.attributes;

describe('attributes', () => {
  it('get one key more with addToAttributes', async () => {
    const id = await later({ from: 'web' });
    expect(await programma.addToAttributes(id, 'seen', [1, { a: null }])).toBe(true);
    expect(await attributesOf(id)).toEqual({ from: 'web', seen: [1, { a: null }] });
  });

  it('lose no key when many are added at once', async () => {
    const id = await later();
    const keys = Array.from({ length: 30 }, (_, n) => `k${n}`);
    await Promise.all(keys.map((key, n) => (n % 2 ? programma : elsewhere).addToAttributes(id, key, n)));
    expect(Object.keys((await attributesOf(id)) ?? {}).sort()).toEqual([...keys].sort());
  });

  it('are replaced as a whole with setAttributes', async () => {
    const id = await later({ from: 'web' });
    expect(await programma.setAttributes(id, { only: 1 })).toBe(true);
    expect(await attributesOf(id)).toEqual({ only: 1 });
  });

  it('change in finished jobs, too', async () => {
    const id = await later();
    await programma.moveJobToFailed(id);
    expect(await programma.addToAttributes(id, 'ticket', 'T-1')).toBe(true);
    expect(await programma.getJob(id)).toMatchObject({ state: 'failed', attributes: { ticket: 'T-1' } });
  });

  it('keep an error as people read it', async () => {
    const id = await later();
    await programma.addToAttributes(id, 'error', new TypeError('boom'));
    expect(await attributesOf(id)).toMatchObject({ error: { name: 'TypeError', message: 'boom' } });
  });

  it.each<[string, (id: string) => Promise<unknown>]>([
    ['a value that JSON has no word for', (id) => programma.addToAttributes(id, 'k', undefined)],
    ['U+0000', (id) => programma.addToAttributes(id, 'k', '\u0000')],
    ['no object', (id) => programma.setAttributes(id, [] as never)],
    ['a key that is none', (id) => programma.addToAttributes(id, 7 as never, 1)],
  ])('stay as they are when they are given %s', async (_, change) => {
    const id = await later({ from: 'web' });
    await expect(change(id)).rejects.toThrow(InvalidJobError);
    expect(await attributesOf(id)).toEqual({ from: 'web' });
  });

  it('are set by the handler, and refused once the job is out of its hand', async () => {
    let refused: unknown;
    programma.processJobs({ topicName: 'own attributes' }, async (job) => {
      await job.setAttributes({ step: 1 });
      await job.addToAttributes('more', 2);
      await job.complete();
      refused = await job.addToAttributes('late', 3).catch((error) => error.code);
    });
    const id = await programma.addJob('own attributes', { attributes: { old: true } });
    await programma.waitForJob(id);
    expect(await attributesOf(id)).toEqual({ step: 1, more: 2 });
    expect(refused).toBe('PROGRAMMA_LEASE_LOST');
  });
});

describe('progress', () => {
  it('is seen from elsewhere while the handler runs', async () => {
    const [half, rest] = [aGate(), aGate()];
    programma.processJobs({ topicName: 'progress', completion: 'auto' }, async (job) => {
      await job.progress({ percent: 50 });
      half.open();
      await rest.opened;
    });
    const id = await programma.addJob('progress');
    await half.opened;
    expect(await elsewhere.getJob(id)).toMatchObject({ state: 'active', progress: { percent: 50 } });
    rest.open();
  });

  it('is what was said last', async () => {
    programma.processJobs({ topicName: 'fast progress', completion: 'auto' }, async (job) => {
      await Promise.all(Array.from({ length: 50 }, (_, n) => job.progress(n)));
    });
    const id = await programma.addJob('fast progress');
    expect((await programma.waitForJob(id)).progress).toBe(49);
  });

  it('is cleaned, not refused', async () => {
    programma.processJobs({ topicName: 'odd progress', completion: 'auto' }, (job) => job.progress('a\u0000'));
    expect((await programma.waitForJob(await programma.addJob('odd progress'))).progress).toBe('a\uFFFD');
  });
});

describe('setRetryAfterSeconds', () => {
  it('sets the lease of the next claim', async () => {
    const id = await later();
    expect(await programma.setRetryAfterSeconds(id, 77)).toBe(true);
    expect((await programma.getJob(id))?.retryAfterSeconds).toBe(77);
  });

  it('refuses a lease under a second', async () => {
    await expect(programma.setRetryAfterSeconds(await later(), 0)).rejects.toThrow(InvalidJobError);
  });
});

describe('waitForJob', () => {
  it('resolves with the record when the job has finished', async () => {
    programma.processJobs<number>({ topicName: 'sum', completion: 'auto' }, (job) => job.data + 1);
    const record = await programma.waitForJob(await programma.addJob('sum', { data: 41 }));
    expect(record).toMatchObject({ state: 'completed', result: 42 });
  });

  it('resolves in a process that does not run the job', async () => {
    programma.processJobs({ topicName: 'far', completion: 'auto' }, () => 'ran');
    const id = await elsewhere.addJob('far');
    expect((await elsewhere.waitForJob(id)).result).toBe('ran');
  });

  it('resolves at once for a job that has finished already', async () => {
    const id = await later();
    await programma.cancelJob(id);
    expect((await programma.waitForJob(id)).state).toBe('cancelled');
  });

  it('resolves for everyone who waits', async () => {
    const id = await later();
    const waiting = Promise.all([1, 2, 3].map(() => elsewhere.waitForJob(id)));
    await programma.moveJobToDone(id);
    expect((await waiting).map(({ state }) => state)).toEqual(['completed', 'completed', 'completed']);
  });

  it('rejects when the time is over, and leaves the job alone', async () => {
    const id = await later();
    const began = performance.now();
    await expect(programma.waitForJob(id, { timeoutSeconds: 0.1 })).rejects.toThrow(WaitTimeoutError);
    expect(performance.now() - began).toBeLessThan(3_000);
    expect((await programma.getJob(id))?.state).toBe('created');
  });

  it('rejects when the job is deleted meanwhile', async () => {
    const id = await later();
    const waiting = expect(programma.waitForJob(id)).rejects.toThrow(/no such job, or it was deleted/);
    await programma.deleteJob(id);
    await waiting;
  });

  it('rejects when the engine is shut down', async () => {
    const leaving = await aStartedEngine(database);
    const waiting = expect(leaving.waitForJob(await later())).rejects.toThrow(NotRunningError);
    await leaving.getJob(await later());
    await leaving.shutdown();
    await waiting;
  });
});

it('gives a handler what was said of its job', async () => {
  const runAfterDate = '2020-08-27T20:02:18.255Z';
  const given = new Promise<Job>((resolve) => {
    programma.receiveJobs({ topicName: 'given' }, resolve);
  });
  const id = await programma.addJob('given', { data: { n: 1 }, attributes: { a: 1 }, priority: 3, runAfterDate });
  expect(JSON.parse(JSON.stringify(await given))).toEqual({
    id,
    topic: 'given',
    data: { n: 1 },
    attributes: { a: 1 },
    attempt: 1,
    maxAttempts: null,
    priority: 3,
    createdAt: (await programma.getJob(id))?.createdAt.toISOString(),
    runAfter: runAfterDate,
    tick: null,
  });
});
