/** A database that is away for a whole minute, and workers that have jobs in hand. */
import { expect, it, jest } from '@jest/globals';
import { Programma, type Task } from 'programma/engine';
import { atTheEnd } from '../support/at-the-end.js';
import { aDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { aProxy } from '../support/proxy.js';
import { bullmqBroker } from './brokers/bullmq.js';
import { answers, REDIS } from './places.js';

jest.setTimeout(180_000);
const MINUTE = 60_000;
const AT_ONCE = 5;
const there = await answers('Redis', REDIS, 6379);

(there ? it : it.skip)(
  'writes what workers reported while the database was away for a minute, and runs nothing twice',
  async () => {
    const database = await aDatabase();
    const proxy = await aProxy(database.url);
    atTheEnd(() => proxy.close());
    const programma = new Programma({ connectionString: proxy.url, logger: false, heartBeat: 1 });
    atTheEnd(() => programma.shutdown());
    await programma.start();
    const queue = await bullmqBroker.queue(REDIS);
    programma.handOff('mail', queue.target());
    await programma.addJobs(Array.from({ length: 20 }, () => ({ topic: 'mail' })));
    const count = async (state: string) =>
      (await database.query<{ n: number }>('select count(*)::int n from programma.jobs where state = $1', [state]))[0]
        ?.n;
    await eventually(async () => (await count('processing')) === 20, 30_000);

    const worked: string[] = [];
    const run = async ({ id }: Task) => {
      if (worked.push(id) === 1) {
        proxy.swallowing = true;
        proxy.cut();
      }
      return 'done';
    };
    const workers = await queue.work(programma, 2, run, AT_ONCE);
    await eventually(() => worked.length === AT_ONCE);
    await new Promise((resolve) => setTimeout(resolve, MINUTE));
    expect(await count('completed')).toBe(0);
    proxy.swallowing = false;
    proxy.swallow();
    proxy.bury();
    await eventually(async () => (await count('completed')) === 20, 60_000);
    expect(worked).toHaveLength(20);
    await workers.stop();
  },
);
