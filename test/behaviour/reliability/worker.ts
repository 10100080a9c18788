/** A process that works on the topic `work`, doing what each job says, and tells its events in lines of JSON. */
import { Programma } from '../../../lib/engine.js';

interface Order {
  do: 'return' | 'sleep' | 'die' | 'block' | 'obey' | 'heed' | 'add';
  ms?: number;
}

const say = (event: string, detail: object = {}): void => console.log(JSON.stringify({ event, ...detail }));
const { DATABASE, SCHEMA, HEARTBEAT = '10', TOPIC = 'work', SHUTDOWN = '20', NOTIFY, ATTEMPTS = '20' } = process.env;

const programma = new Programma({
  connectionString: DATABASE,
  schema: SCHEMA,
  heartBeat: Number(HEARTBEAT),
  shutdownTimeoutSeconds: Number(SHUTDOWN),
  notify: NOTIFY !== 'no',
  logger: false,
});
for (const event of ['job:completed', 'job:failed', 'job:retried', 'job:released', 'job:lease-lost'] as const)
  programma.on(event, ({ job }) => say(event, { id: job.id, attempt: job.attempt }));
programma.on('listen', ({ state }) => say('listen', { state }));

programma.processJobs<Order>(
  { topicName: TOPIC, completion: 'auto', maxJobs: 20, maxAttempts: Number(ATTEMPTS) },
  async (job) => {
    say('started', { id: job.id, attempt: job.attempt, at: Date.now() });
    job.signal.addEventListener('abort', () =>
      say('aborted', { id: job.id, reason: (job.signal.reason as Error).name }),
    );
    const { do: what, ms = 0 } = job.data;
    if (what === 'die') process.kill(process.pid, 'SIGKILL');
    // The event loop stands still, as in a debugger.
    if (what === 'block') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    if (what === 'sleep') await new Promise((resolve) => setTimeout(resolve, ms));
    if (what === 'obey')
      await new Promise((_, reject) => job.signal.addEventListener('abort', () => reject(job.signal.reason)));
    // It stops when it is told to, and says so by returning.
    if (what === 'heed') await new Promise((resolve) => job.signal.addEventListener('abort', resolve));
    if (what === 'add') return programma.addJob(TOPIC, { data: { do: 'return' }, runAfterSeconds: ms / 1_000 });
    say('returned', { id: job.id, attempt: job.attempt });
    return { pid: process.pid };
  },
);

process.on('SIGTERM', () => {
  say('stopping');
  void programma.shutdown().then(() => say('stopped'));
});
await programma.start();
say('ready');
