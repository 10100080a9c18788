/** What the first brief was written for: Redis loses everything, and every job is completed in the end. */
import { expect, it, jest } from '@jest/globals';
import Bull from 'bull';
import { Redis } from 'ioredis';
import { Programma } from 'programma/engine';
import { bull, bullProcessor } from 'programma/handoff/bull';
import { atTheEnd } from '../support/at-the-end.js';
import { aDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { aRedis } from './redis-server.js';

jest.setTimeout(120_000);
const JOBS = 1_000;

async function aHandOff(deadlineSeconds: number) {
  const [redis, database] = await Promise.all([aRedis(), aDatabase()]);
  const programma = new Programma({ connectionString: database.url, logger: false, heartBeat: 1 });
  atTheEnd(() => programma.shutdown());
  await programma.start();
  const completed = async (state: string) => {
    const [row] = await database.query<{ n: number }>('select count(*)::int n from programma.jobs where state = $1', [
      state,
    ]);
    return row?.n;
  };
  programma.handOff('mail', bull({ queue: 'mail', connection: redis.url, deadlineSeconds }));
  await programma.addJobs(Array.from({ length: JOBS }, (_, n) => ({ topic: 'mail', data: { n } })));
  await eventually(async () => (await completed('processing')) === JOBS, 60_000);
  return { redis, database, programma, completed };
}

it('completes all of a thousand jobs although Redis was flushed', async () => {
  const { redis, database, programma, completed } = await aHandOff(8);
  const admin = new Redis(redis.url);
  await admin.flushall();
  await admin.quit();

  const worked = new Map<string, number>();
  const queue = new Bull('mail', redis.url);
  queue.on('error', () => undefined);
  atTheEnd(async () => void (await queue.close()));
  void queue.process(
    50,
    bullProcessor<{ n: number }>(programma, ({ id }) => void worked.set(id, (worked.get(id) ?? 0) + 1)),
  );
  await eventually(async () => (await completed('completed')) === JOBS, 100_000);
  const lost = await database.query<{ n: number }>(
    `select count(*)::int n from programma.jobs where errors -> 0 ->> 'message' like 'lost by bull%' and attempts = 2`,
  );
  expect(lost).toEqual([{ n: JOBS }]);
  expect(worked.size).toBe(JOBS);
});

it('completes them although Redis was killed, and was away for a while', async () => {
  const { redis, programma, completed } = await aHandOff(6);
  const queue = new Bull('mail', redis.url);
  queue.on('error', () => undefined);
  atTheEnd(async () => void (await queue.close()));
  await redis.kill();
  await eventually(async () => ((await completed('created')) ?? 0) > 0, 30_000);
  await redis.start();
  void queue.process(
    50,
    bullProcessor(programma, () => 'done'),
  );
  await eventually(async () => (await completed('completed')) === JOBS, 100_000);
});
