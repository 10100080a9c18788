/** The first brief's example, its slips mended: everything by hand, with a real Bull. */
import { expect, it, jest } from '@jest/globals';
import Queue from 'bull';
import { type IReceiveJob, Programma } from 'programma/engine';
import { atTheEnd } from '../support/at-the-end.js';
import { aDatabase } from '../support/database.js';
import { aName } from './broker.js';
import { answers, REDIS } from './places.js';

jest.setTimeout(60_000);
const there = await answers('Redis', REDIS, 6379);

(there ? it : it.skip)(
  'runs the example of the brief: scheduled here, worked on by Bull, tracked to its end',
  async () => {
    const programma = new Programma({ connectionString: (await aDatabase()).url, logger: false });
    await programma.start(true);
    atTheEnd(() => programma.shutdown());

    const bullRedisQueue = new Queue(aName(), REDIS);
    atTheEnd(async () => void (await bullRedisQueue.close()));

    const good = await programma.addJob('sendEmail', {
      data: { email: 'xyz@gmail.com' },
      runAfterDate: '2020-08-27T20:02:18.255Z',
      retryAfterSeconds: 60,
    });
    const bad = await programma.addJob('sendEmail', { data: { email: 'nobody' }, runAfterSeconds: 1 });

    programma.processJobs({ topicName: 'sendEmail', heartBeat: 10 }, async (job: IReceiveJob) => {
      // use all the good things provided by bull to retry the work to be done and everything
      await bullRedisQueue.add(
        { id: job.id, data: job.data, attributes: job.attributes },
        { attempts: 3, backoff: 100, timeout: 15_000 },
      );
      // move job to processing, after submitting it; if it is not moved, it comes back after retryAfterSeconds
      await programma.moveJobToProcessing(job.id);
    });

    const tries: string[] = [];
    void bullRedisQueue.process(async (job) => {
      // heavy processing
      tries.push(job.data.data.email);
      if (!job.data.data.email.includes('@')) throw new Error(`"${job.data.data.email}" is no address`);
      await programma.moveJobToDone(job.data.id);
    });

    // job failed after all the back-off retries: we can track that in SQL
    bullRedisQueue.on('failed', async (job, error) => {
      if (job.attemptsMade < (job.opts.attempts ?? 1)) return;
      await programma.addToAttributes(job.data.id, 'error', error.message);
      await programma.moveJobToFailed(job.data.id, { error });
    });

    expect(await programma.waitForJob(good)).toMatchObject({ state: 'completed' });
    expect(await programma.waitForJob(bad)).toMatchObject({
      state: 'failed',
      attributes: { error: '"nobody" is no address' },
      errors: [{ message: '"nobody" is no address' }],
    });
    expect(tries.filter((email) => email === 'nobody')).toHaveLength(3);
  },
);
