/** A process that is told to stop gives its jobs back, at once and unspent, but not for ever. */
import { expect, it } from '@jest/globals';
import { MAX_RELEASES } from '../../../lib/job/outcome.js';
import { aDatabase } from '../../support/database.js';
import { aProcess } from '../../support/process.js';
import { aGate, anEngine, behindAProxy, next } from './an-engine.js';

const WORKER = new URL('./worker.ts', import.meta.url);

it('gives a job back unspent, and another process has it within a second', async () => {
  const database = await aDatabase();
  const stopped = aProcess(WORKER, { DATABASE: database.url, SHUTDOWN: '0.3' });
  await stopped.until('ready');
  const other = await anEngine({ connectionString: database.url, heartBeat: 10 });
  await other.addJob('work', { data: { do: 'sleep', ms: 60_000 } });
  await stopped.until('started');
  const handle = other.processJobs({ topicName: 'work', completion: 'auto' }, () => 'here');
  await new Promise((resolve) => setTimeout(resolve, 500));
  const claiming = next(other, 'job:claimed');
  stopped.kill('SIGTERM');
  await stopped.until('aborted');
  const abortedAt = Date.now();
  const claimed = await claiming;
  expect(Date.now() - abortedAt).toBeLessThan(1_000);
  expect(claimed.job.attempt).toBe(1);
  expect(stopped.said).toContainEqual(expect.objectContaining({ event: 'aborted', reason: 'ShutdownError' }));
  await handle.stop();
});

it('claims nothing after the signal, and lets handlers end that end in time', async () => {
  const database = await aDatabase();
  const worker = aProcess(WORKER, { DATABASE: database.url });
  await worker.until('ready');
  const other = await anEngine({ connectionString: database.url, workers: false });
  const running = await other.addJob('work', { data: { do: 'sleep', ms: 1_000 } });
  await worker.until('started');
  worker.kill('SIGTERM');
  await worker.until('stopping');
  const late = await other.addJob('work', { data: { do: 'return' } });
  await worker.until('stopped');
  expect(await worker.exited).toMatchObject({ code: 0 });
  expect(await other.getJob(running)).toMatchObject({ state: 'completed', attempts: 1 });
  expect(await other.getJob(late)).toMatchObject({ state: 'created', attempts: 0 });
});

it('spends an attempt when a job has been given back too often', async () => {
  const database = await aDatabase();
  const programma = await anEngine({ connectionString: database.url, workers: false });
  const id = await programma.addJob('work', { maxAttempts: 1 });
  await database.query('update programma.jobs set releases = $1', [MAX_RELEASES]);
  const worker = await anEngine({ connectionString: database.url, shutdownTimeoutSeconds: 0 });
  const claimed = next(worker, 'job:claimed');
  worker.processJobs({ topicName: 'work', completion: 'auto' }, () => new Promise(() => undefined));
  await claimed;
  await worker.shutdown();
  expect(await programma.getJob(id)).toMatchObject({ state: 'failed', attempts: 1 });
});

it('does not let a crash loop give a job back for ever', async () => {
  const database = await aDatabase();
  const watcher = await anEngine({ connectionString: database.url, workers: false });
  const id = await watcher.addJob('work', { maxAttempts: 2 });
  const lives: number[] = [];
  for (let state = 'created'; state === 'created'; state = (await watcher.getJob(id))?.state ?? 'gone') {
    const claimed = { told: (_: number): void => undefined };
    const told = new Promise<number>((resolve) => {
      claimed.told = resolve;
    });
    const worker = await anEngine({ connectionString: database.url, shutdownTimeoutSeconds: 0 }, (p) =>
      p.processJobs({ topicName: 'work', completion: 'auto' }, (job) => {
        claimed.told(job.attempt);
        return new Promise(() => undefined);
      }),
    );
    lives.push(await told);
    await worker.shutdown();
  }
  // Unspent ten times; after that each life spends one of its two attempts.
  expect(lives).toEqual([...Array<number>(MAX_RELEASES + 1).fill(1), 2]);
  expect(await watcher.getJob(id)).toMatchObject({ state: 'failed', attempts: 2 });
});

it('ends within its time although the database answers nothing any more', async () => {
  const { proxy, url } = await behindAProxy();
  const gate = aGate();
  const programma = await anEngine({ connectionString: url, addTimeoutSeconds: 1 }, (p) =>
    p.processJobs({ topicName: 'work', completion: 'auto' }, () => gate.opened),
  );
  const claimed = next(programma, 'job:claimed');
  await programma.addJob('work');
  await claimed;
  // Connections at rest, of which nobody hears that they are dead.
  await Promise.all(Array.from({ length: 5 }, () => programma.listJobs()));
  proxy.swallow();
  proxy.swallowing = true;
  void programma.addJob('work').catch(() => undefined);
  const from = performance.now();
  await programma.shutdown();
  expect(performance.now() - from).toBeLessThan(20_000);
  gate.open();
}, 40_000);
