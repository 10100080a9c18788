/** A process that hands one topic over, and is killed when the broker has confirmed and nothing is committed yet. */
import { Programma } from 'programma/engine';
import { targetOf } from './targets.js';

const { DATABASE, BROKER = '', QUEUE = '', BROKER_URL = '', TOPIC = '' } = process.env;
const target = targetOf(BROKER, QUEUE, BROKER_URL);
const programma = new Programma({ connectionString: DATABASE, logger: false });
programma.handOff(TOPIC, {
  ...target,
  async deliver(messages) {
    const { confirmed } = await target.deliver(messages);
    console.log(JSON.stringify({ event: 'confirmed', ids: confirmed }));
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => undefined);
  },
});
await programma.start();
