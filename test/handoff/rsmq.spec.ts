/** rsmq against a real Redis. */
import { describe, it } from '@jest/globals';
import { behavesAsHandOff } from './behaves-as-hand-off.js';
import { rsmqBroker } from './brokers/rsmq.js';
import { answers, REDIS } from './places.js';

if (await answers('Redis', REDIS, 6379)) behavesAsHandOff('rsmq', async () => rsmqBroker);
else describe.skip('hand-off to rsmq', () => it('needs Redis', () => undefined));
