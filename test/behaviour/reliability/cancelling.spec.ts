/** A job that is cancelled while another process runs it: the handler hears of it, and its late word changes nothing. */
import { expect, it } from '@jest/globals';
import { aDatabase } from '../../support/database.js';
import { aProcess, type TestProcess } from '../../support/process.js';
import { anEngine } from './an-engine.js';

const WORKER = new URL('./worker.ts', import.meta.url);

/** Milliseconds from the order to the handler of another process that hears it. */
async function cancelElsewhere(retryAfterSeconds: number, env: Record<string, string> = {}) {
  const database = await aDatabase();
  const worker = aProcess(WORKER, { DATABASE: database.url, ...env });
  await worker.until('ready');
  const other = await anEngine({ connectionString: database.url, workers: false });
  const id = await other.addJob('work', { data: { do: 'heed' }, retryAfterSeconds });
  await worker.until('started', 15_000);
  const from = performance.now();
  expect(await other.cancelJob(id)).toBe(true);
  expect(await worker.until('aborted')).toMatchObject({ id, reason: 'JobCancelledError' });
  return { ms: performance.now() - from, worker, other, id };
}

it('tells the handler of another process at once, by notification', async () => {
  // The next renewal is twenty seconds away.
  const { ms } = await cancelElsewhere(60);
  expect(ms).toBeLessThan(1_000);
});

it('tells it at the next renewal where no notification comes', async () => {
  const { ms } = await cancelElsewhere(6, { NOTIFY: 'no' });
  expect(ms).toBeLessThan(3_000);
});

it('leaves the job cancelled when its handler returns after that', async () => {
  const { worker, other, id } = await cancelElsewhere(60);
  await worker.until('returned');
  // Whatever it would have written is written when it has stopped.
  await ended(worker);
  expect(await other.getJob(id)).toMatchObject({ state: 'cancelled', result: null, errors: [] });
});

async function ended(worker: TestProcess): Promise<void> {
  worker.kill('SIGTERM');
  await worker.until('stopped');
}
