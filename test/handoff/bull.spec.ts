/** bull against a real Redis. */
import { describe, it } from '@jest/globals';
import { behavesAsHandOff } from './behaves-as-hand-off.js';
import { bullBroker } from './brokers/bull.js';
import { answers, REDIS } from './places.js';

if (await answers('Redis', REDIS, 6379)) behavesAsHandOff('bull', async () => bullBroker);
else describe.skip('hand-off to bull', () => it('needs Redis', () => undefined));
