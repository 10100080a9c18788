/** BullMQ on Redis. */
import { Queue as BullMQ, Worker } from 'bullmq';
import { bullmq, bullmqProcessor } from 'programma/handoff/bullmq';
import { aName, type Broker, type Queue } from '../broker.js';
import { REDIS } from '../places.js';
import { targetOf } from '../targets.js';

async function queue(url: string): Promise<Queue> {
  const name = aName();
  const connection = { url: REDIS, maxRetriesPerRequest: null };
  return {
    name,
    target: (options) => targetOf('bullmq', name, url, options),
    async drain() {
      const own = new BullMQ(name, { connection });
      const jobs = await own.getJobs(['waiting', 'delayed', 'active']);
      for (const job of jobs) await job.remove();
      await own.close();
      return jobs.map(({ data }) => data);
    },
    async work(programma, _, run, atOnce = 1) {
      const worker = new Worker(name, bullmqProcessor(programma, run), { connection, concurrency: atOnce });
      worker.on('error', () => undefined);
      await worker.waitUntilReady();
      return { stop: () => worker.close() };
    },
  };
}

export const bullmqBroker: Broker = {
  name: 'bullmq',
  url: REDIS,
  defaultPort: 6379,
  carries200kB: true,
  queue,
  async refusing(url) {
    const own = await queue(url);
    // BullMQ adds a batch whole or not at all, and refuses all of it for the size of one.
    const target = bullmq({ queue: own.name, connection: url, jobOptions: { sizeLimit: 250_000 } });
    return { queue: own, target, becomes: 'created', why: /size|limit/i };
  },
};
