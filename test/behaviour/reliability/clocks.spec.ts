/** A process whose clock is an hour off claims, leases and schedules as if it were right: libfaketime shifts it. */
import { existsSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { aDatabase } from '../../support/database.js';
import { aProcess } from '../../support/process.js';
import { anEngine } from './an-engine.js';

const WORKER = new URL('./worker.ts', import.meta.url);
const LIBRARY = ['x86_64-linux-gnu', 'aarch64-linux-gnu']
  .map((machine) => `/usr/lib/${machine}/faketime/libfaketime.so.1`)
  .find(existsSync);

/** Only the time of day is wrong: what a process measures with is not. */
function shifted(hours: number): Record<string, string> {
  if (!LIBRARY) throw new Error('libfaketime is not installed: apt-get install faketime (it works on Linux).');
  return { LD_PRELOAD: LIBRARY, FAKETIME: `${hours > 0 ? '+' : ''}${hours}h`, DONT_FAKE_MONOTONIC: '1' };
}

it.each([-1, 1])('with a clock %i h off', async (hours) => {
  const database = await aDatabase();
  const worker = aProcess(WORKER, { DATABASE: database.url, ...shifted(hours) });
  await worker.until('ready');
  const programma = await anEngine({ connectionString: database.url, workers: false });

  const now = await programma.addJob('work', { data: { do: 'return' } });
  expect(await programma.waitForJob(now)).toMatchObject({ state: 'completed' });
  const { at } = await worker.until('started');
  expect(Math.round((Number(at) - Date.now()) / 3_600_000)).toBe(hours);

  const held = await programma.addJob('work', { data: { do: 'sleep', ms: 3_000 }, retryAfterSeconds: 1 });
  expect(await programma.waitForJob(held)).toMatchObject({ state: 'completed', attempts: 1 });

  const adding = await programma.addJob('work', { data: { do: 'add', ms: 2_000 } });
  const { result } = await programma.waitForJob(adding);
  const later = await programma.waitForJob(String(result));
  expect(lateness(later)).toBeGreaterThanOrEqual(0);
  expect(lateness(later)).toBeLessThan(1_000);
  expect(Number(later.runAfter) - Number(later.createdAt)).toBeCloseTo(2_000, -1);
});

const lateness = ({ startedAt, runAfter }: { startedAt: Date | null; runAfter: Date }): number =>
  Number(startedAt) - Number(runAfter);
