/** rsmq on Redis. */
import { rsmqReceiver } from 'programma/handoff/rsmq';
import RedisSMQ from 'rsmq';
import { aName, type Broker, type Queue } from '../broker.js';
import { REDIS } from '../places.js';
import { targetOf } from '../targets.js';

const { hostname: host, port } = new URL(REDIS);
const aClient = () => new RedisSMQ({ host, port: Number(port || 6379) });

async function queue(url: string): Promise<Queue> {
  const name = aName();
  return {
    name,
    target: (options) => targetOf('rsmq', name, url, options),
    async drain() {
      const own = aClient();
      const messages: string[] = [];
      for (;;) {
        const got = (await own.popMessageAsync({ qname: name }).catch(() => ({}))) as { message?: string };
        if (got.message === undefined) break;
        messages.push(got.message);
      }
      await new Promise((resolve) => own.quit(resolve as never));
      return messages.map((message) => JSON.parse(message));
    },
    async work(programma, attempts, run, atOnce = 1) {
      const own = aClient();
      await own.createQueueAsync({ qname: name }).catch(() => undefined);
      const options = { queue: name, attempts, visibilitySeconds: 1, restSeconds: 0.05, concurrency: atOnce };
      const receiver = rsmqReceiver(programma, own, options, run);
      return {
        async stop() {
          await receiver.stop();
          await new Promise((resolve) => own.quit(resolve as never));
        },
      };
    },
  };
}

export const rsmqBroker: Broker = {
  name: 'rsmq',
  url: REDIS,
  defaultPort: 6379,
  // 64 kB unless the queue is made without a limit.
  carries200kB: false,
  queue,
  async refusing(url) {
    const own = await queue(url);
    return { queue: own, target: own.target(), becomes: 'failed', why: /rsmq takes 65536/ };
  },
};
