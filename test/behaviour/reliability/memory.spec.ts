/** What cannot be written now is bounded: callers who await are slowed down, those who do not are refused. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import type { DatabaseUnavailableError } from '../../../lib/engine.js';
import { aDatabase } from '../../support/database.js';
import { anEngine, behindAProxy } from './an-engine.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function usedMb(): number {
  collect();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

it('refuses the add that comes when 100,000 wait, and keeps nothing of a flood once it is over', async () => {
  const { proxy, url } = await behindAProxy();
  const programma = await anEngine({ connectionString: url, workers: false, addTimeoutSeconds: 3 });
  proxy.swallow();
  proxy.swallowing = true;
  const before = usedMb();
  for (let flood = 0; flood < 3; flood++) {
    const heard = { refused: 0, late: 0 };
    const hear = (error: DatabaseUnavailableError) =>
      void (error.message.includes('this one was not taken') ? heard.refused++ : heard.late++);
    await Promise.all(Array.from({ length: 101_000 }, () => programma.addJob('a').catch(hear)));
    expect(heard).toEqual({ refused: 1_000, late: 100_000 });
  }
  expect(usedMb() - before).toBeLessThan(30);
}, 60_000);

it('writes what lies behind adds that nobody awaits any more, as soon as the database is back', async () => {
  const { proxy, url } = await behindAProxy();
  const programma = await anEngine({ connectionString: url, workers: false, addTimeoutSeconds: 3 });
  proxy.swallow();
  proxy.swallowing = true;
  const flood = Array.from({ length: 3_000 }, () => programma.addJob('b').catch(() => undefined));
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const last = programma.addJob('b');
  await Promise.all(flood);
  proxy.swallowing = false;
  proxy.bury();
  await expect(last.catch(() => programma.addJob('b'))).resolves.toBeDefined();
});

it('slows callers down who await, on a database that is slow', async () => {
  const { proxy, url, database } = await behindAProxy();
  const programma = await anEngine({ connectionString: url, workers: false });
  proxy.delayMs = 25;
  let added = 0;
  const until = Date.now() + 2_000;
  const caller = async () => {
    for (; Date.now() < until; added++) await programma.addJob('c');
  };
  await Promise.all(Array.from({ length: 50 }, caller));
  // A round trip takes 50 ms and carries what the callers ask for, no more.
  expect(added).toBeLessThanOrEqual((2_000 / 50 + 1) * 50);
  expect(await database.query('select count(*)::int as n from programma.jobs')).toEqual([{ n: added }]);
});

it('lets handlers wait when outcomes are written more slowly than jobs are run', async () => {
  const database = await aDatabase();
  const programma = await anEngine({ connectionString: database.url });
  await programma.addJobs(Array.from({ length: 9_000 }, () => ({ topic: 'd', retryAfterSeconds: 120 })));
  await database.query(`
    create function programma.slowly() returns trigger language plpgsql as
      $$ begin if new.state = 'completed' then perform pg_sleep(0.004); end if; return new; end $$;
    create trigger slowly before update on programma.jobs for each row execute function programma.slowly()`);
  let [claimed, completed, most] = [0, 0, 0];
  programma.on('job:claimed', () => {
    most = Math.max(most, ++claimed - completed);
  });
  const settled = new Promise<void>((resolve) => {
    programma.on('job:completed', () => ++completed === 2_500 && resolve());
  });
  programma.processJobs({ topicName: 'd', completion: 'auto', maxJobs: 1_000 }, () => undefined);
  await settled;
  // 5,000 that wait for the writer, and a claim's worth of handlers beside them.
  expect(most).toBeGreaterThan(5_000);
  expect(most).toBeLessThanOrEqual(6_000);
}, 60_000);
