/** RabbitMQ, a real one. */
import { describe, it } from '@jest/globals';
import { behavesAsHandOff } from './behaves-as-hand-off.js';
import { rabbitmqBroker } from './brokers/rabbitmq.js';
import { AMQP, answers } from './places.js';

if (await answers('RabbitMQ', AMQP, 5672)) behavesAsHandOff('rabbitmq', async () => rabbitmqBroker);
else describe.skip('hand-off to rabbitmq', () => it('needs RabbitMQ', () => undefined));
