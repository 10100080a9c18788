/** bullmq against a real Redis. */
import { describe, it } from '@jest/globals';
import { behavesAsHandOff } from './behaves-as-hand-off.js';
import { bullmqBroker } from './brokers/bullmq.js';
import { answers, REDIS } from './places.js';

if (await answers('Redis', REDIS, 6379)) behavesAsHandOff('bullmq', async () => bullmqBroker);
else describe.skip('hand-off to bullmq', () => it('needs Redis', () => undefined));
