/** rsmq against a real Redis. */
import { describe, expect, it } from '@jest/globals';
import { Programma } from 'programma/engine';
import { atTheEnd } from '../support/at-the-end.js';
import { aDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { behavesAsHandOff } from './behaves-as-hand-off.js';
import { rsmqBroker } from './brokers/rsmq.js';
import { answers, REDIS } from './places.js';

const there = await answers('Redis', REDIS, 6379);

if (there) behavesAsHandOff('rsmq', async () => rsmqBroker);
else describe.skip('hand-off to rsmq', () => it('needs Redis', () => undefined));

(there ? it : it.skip)(
  'works on as many messages at once as it was told',
  async () => {
    const programma = new Programma({ connectionString: (await aDatabase()).url, logger: false });
    atTheEnd(() => programma.shutdown());
    await programma.start();
    const queue = await rsmqBroker.queue(REDIS);
    programma.handOff('mail', queue.target());
    const jobs = await programma.addJobs(Array.from({ length: 3 }, () => ({ topic: 'mail' })));
    let begun = 0;
    const together = async () => {
      begun++;
      await eventually(() => begun === 3);
    };
    const workers = await queue.work(programma, 1, together, 3);
    atTheEnd(() => workers.stop());
    for (const { id } of jobs) expect(await programma.waitForJob(id)).toMatchObject({ state: 'completed' });
  },
  30_000,
);
