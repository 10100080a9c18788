import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Job, Programma } from 'programma/engine';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
await pool.query('create table orders (id serial primary key, name text not null)');
const programma = new Programma({ connectionString: process.env.DATABASE_URL });

/** Somebody else's system, which is away at first. It knows each message by its key. */
const broker = {
  away: true,
  messages: new Map<string, unknown>(),
  async publish(key: string, message: unknown): Promise<void> {
    await sleep(1);
    if (this.away) throw new Error('the broker is away');
    this.messages.set(key, message);
  },
};

/** The outbox's other end: as often as it takes. The job's id is the key by which the broker knows what came twice. */
async function publish(job: Job<{ orderId: number; name: string }>): Promise<void> {
  await broker.publish(job.id, job.data);
}
programma.processJobs({ topicName: 'order.placed', completion: 'auto', backoff: { seconds: 0.1 } }, publish);
programma.on('job:retried', ({ job }) => {
  console.log(`attempt ${job.attempt} of ${job.topic} failed`);
  broker.away = false;
});
await programma.start();

/** One transaction, no call to the broker in it: a broker that is away is no reason to refuse an order. */
const client = await pool.connect();
await client.query('begin');
const { rows } = await client.query("insert into orders (name) values ('a bicycle') returning id, name");
const id = await programma.addJob(
  'order.placed',
  { data: { orderId: rows[0].id, name: rows[0].name } },
  { tx: client },
);
await client.query('commit');
client.release();

await programma.waitForJob(id);
console.log([...broker.messages.values()]);

await programma.shutdown();
await pool.end();
