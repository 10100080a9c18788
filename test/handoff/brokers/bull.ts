/** Bull 4 on Redis. */
import Bull from 'bull';
import { Redis } from 'ioredis';
import { bull, bullProcessor } from 'programma/handoff/bull';
import { atTheEnd } from '../../support/at-the-end.js';
import { aName, type Broker, type Queue } from '../broker.js';
import { REDIS } from '../places.js';
import { targetOf } from '../targets.js';

async function queue(url: string): Promise<Queue> {
  const name = aName();
  return {
    name,
    target: (options) => targetOf('bull', name, url, options),
    async drain() {
      const own = new Bull(name, REDIS);
      const jobs = await own.getJobs(['waiting', 'delayed', 'active']);
      for (const job of jobs) await job.remove();
      await own.close();
      return jobs.map(({ data }) => data);
    },
    async work(programma, _, run, atOnce = 1) {
      const own = new Bull(name, REDIS);
      own.on('error', () => undefined);
      void own
        .process(atOnce, bullProcessor(programma, run) as Bull.ProcessPromiseFunction<unknown>)
        ?.catch(() => undefined);
      return { stop: async () => void (await own.close()) };
    },
  };
}

export const bullBroker: Broker = {
  name: 'bull',
  url: REDIS,
  defaultPort: 6379,
  carries200kB: true,
  queue,
  async refusing(url) {
    const own = await queue(url);
    // A user who may touch none of the queue's jobs whose id begins with f: Redis refuses one script of the batch.
    const redis = new Redis(REDIS);
    await redis.acl('SETUSER', own.name, 'on', '>secret', '&*', `~bull:${own.name}:[^f]*`, '+@all');
    atTheEnd(async () => {
      await redis.acl('DELUSER', own.name);
      redis.disconnect();
    });
    const connection = new URL(url);
    connection.username = own.name;
    connection.password = 'secret';
    const target = bull({ queue: own.name, connection: connection.href });
    return { queue: own, target, becomes: 'created', why: /Bull did not add it/ };
  },
};
