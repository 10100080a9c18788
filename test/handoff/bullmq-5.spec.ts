/** BullMQ 5, by a Queue of the user's own, which stays open; and jobs that BullMQ still remembers. */
import { expect, it, jest } from '@jest/globals';
import { Queue, Worker } from 'bullmq-5';
import { Programma } from 'programma/engine';
import { bullmq, bullmqProcessor } from 'programma/handoff/bullmq';
import { atTheEnd } from '../support/at-the-end.js';
import { aDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { aName } from './broker.js';
import { answers, REDIS } from './places.js';

jest.setTimeout(60_000);
const there = await answers('Redis', REDIS, 6379);

(there ? it : it.skip)(
  'hands over by a queue of yours, and adds anew what failed there and is retried here',
  async () => {
    const programma = new Programma({ connectionString: (await aDatabase()).url, logger: false });
    atTheEnd(() => programma.shutdown());
    await programma.start();
    const connection = { url: REDIS, maxRetriesPerRequest: null };
    const queue = new Queue(aName(), { connection });
    atTheEnd(() => queue.close());
    const target = bullmq({ queue, jobOptions: { removeOnComplete: false, removeOnFail: false } });
    programma.handOff('mail', target);

    let broken = true;
    const worker = new Worker(
      queue.name,
      bullmqProcessor(programma, () => {
        if (broken) throw new Error('broken');
        return 'mended';
      }),
      { connection },
    );
    atTheEnd(() => worker.close());
    const id = await programma.addJob('mail', { data: 1 });
    expect(await programma.waitForJob(id)).toMatchObject({ state: 'failed', errors: [{ message: 'broken' }] });
    await eventually(async () => (await queue.getJobState(id)) === 'failed');

    broken = false;
    await programma.retryJob(id);
    expect(await programma.waitForJob(id)).toMatchObject({ state: 'completed', result: 'mended' });
    await target.close();
    expect(await queue.getWaitingCount()).toBe(0);
  },
);
