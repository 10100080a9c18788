/** RabbitMQ, a real one. */
import { describe, expect, it } from '@jest/globals';
import { connect } from 'amqplib';
import { rabbitmq } from 'programma/handoff/rabbitmq';
import { atTheEnd } from '../support/at-the-end.js';
import { eventually } from '../support/eventually.js';
import { behavesAsHandOff } from './behaves-as-hand-off.js';
import { aName } from './broker.js';
import { rabbitmqBroker } from './brokers/rabbitmq.js';
import { AMQP, answers } from './places.js';
import { aSwitch } from './switch.js';

const there = await answers('RabbitMQ', AMQP, 5672);

if (there) behavesAsHandOff('rabbitmq', async () => rabbitmqBroker);
else describe.skip('hand-off to rabbitmq', () => it('needs RabbitMQ', () => undefined));

(there ? it : it.skip)(
  'harms nobody by a queue that is there with other arguments, and leaves no connection',
  async () => {
    const name = aName();
    const connection = await connect(AMQP);
    atTheEnd(() => connection.close());
    await (await connection.createChannel()).assertQueue(name, { arguments: { 'x-queue-type': 'quorum' } });
    const unheard: unknown[] = [];
    const hear = (error: unknown) => void unheard.push(error);
    process.on('unhandledRejection', hear);
    const way = await aSwitch(AMQP, 5672);
    const target = rabbitmq({ queue: name, connection: way.url });
    await expect(target.ping()).rejects.toThrow('PRECONDITION_FAILED');
    await eventually(() => way.connections === 0);
    process.off('unhandledRejection', hear);
    expect(unheard).toEqual([]);
  },
);
