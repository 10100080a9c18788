/** Workers whose report of a last failure is refused: what their brokers have must stay there. */
import { expect, it, jest } from '@jest/globals';
import { Programma } from 'programma/engine';
import { atTheEnd } from '../support/at-the-end.js';
import { aDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import type { Broker } from './broker.js';
import { rabbitmqBroker } from './brokers/rabbitmq.js';
import { rsmqBroker } from './brokers/rsmq.js';
import { sqsBroker } from './brokers/sqs.js';
import { AMQP, answers, REDIS } from './places.js';

jest.setTimeout(90_000);
const database = await aDatabase();

async function anEngine(): Promise<Programma> {
  const programma = new Programma({ connectionString: database.url, logger: false, heartBeat: 1 });
  atTheEnd(() => programma.shutdown());
  await programma.start();
  return programma;
}

const BROKERS: [name: string, there: boolean, make: () => Broker | Promise<Broker>][] = [
  ['RabbitMQ', await answers('RabbitMQ', AMQP, 5672), () => rabbitmqBroker],
  ['rsmq', await answers('Redis', REDIS, 6379), () => rsmqBroker],
  ['SQS', true, sqsBroker],
];

for (const [name, there, make] of BROKERS)
  (there ? it : it.skip)(
    `gives a message of ${name} to another worker when this one was shut down too soon`,
    async () => {
      const broker = await make();
      const queue = await broker.queue(broker.url);
      const programma = await anEngine();
      programma.handOff(queue.name, queue.target());
      const id = await programma.addJob(queue.name);
      await eventually(async () => (await programma.getJob(id))?.state === 'processing');

      const early = await anEngine();
      const failed = new Promise<void>((resolve) => {
        void queue
          .work(early, 1, async () => {
            await early.shutdown();
            setImmediate(resolve);
            throw new Error('at the worst moment');
          })
          .then((workers) => atTheEnd(() => workers.stop()));
      });
      await failed;
      const workers = await queue.work(programma, 1, () => 'done');
      atTheEnd(() => workers.stop());
      expect(await programma.waitForJob(id, { timeoutSeconds: 60 })).toMatchObject({
        state: 'completed',
        result: 'done',
      });
    },
  );
