/** RabbitMQ over amqplib. */
import { connect } from 'amqplib';
import { rabbitmq, rabbitmqConsumer } from 'programma/handoff/rabbitmq';
import { eventually } from '../../support/eventually.js';
import { aName, type Broker, type Queue } from '../broker.js';
import { AMQP } from '../places.js';
import { targetOf } from '../targets.js';

async function queue(url: string, name = aName()): Promise<Queue> {
  return {
    name,
    target: (options) => targetOf('rabbitmq', name, url, options),
    async drain() {
      const connection = await connect(AMQP);
      const channel = await connection.createChannel();
      const bodies: string[] = [];
      let heard = Date.now();
      await channel.consume(name, (message) => {
        heard = Date.now();
        if (message) bodies.push(String(message.content));
      });
      // Nothing says of a queue that no more will come.
      await eventually(() => Date.now() - heard > 500);
      channel.ackAll();
      await channel.close();
      await connection.close();
      return bodies.map((body) => JSON.parse(body));
    },
    async work(programma, attempts, run, atOnce = 1) {
      const connection = await connect(AMQP);
      const channel = await connection.createChannel();
      await channel.prefetch(atOnce);
      await channel.consume(name, rabbitmqConsumer(programma, channel, run, { attempts }));
      return {
        async stop() {
          await channel.close();
          await connection.close();
        },
      };
    },
  };
}

export const rabbitmqBroker: Broker = {
  name: 'rabbitmq',
  url: AMQP,
  defaultPort: 5672,
  carries200kB: true,
  queue,
  async refusing(url) {
    const own = await queue(url);
    const target = rabbitmq({
      queue: own.name,
      connection: url,
      assertQueue: { durable: false, arguments: { 'x-max-length': 9, 'x-overflow': 'reject-publish' } },
    });
    return { queue: own, target, becomes: 'created', why: /nacked/ };
  },
};
