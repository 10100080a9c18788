import pg from 'pg';
import { Programma } from 'programma/engine';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
await pool.query('create table orders (id serial primary key, name text not null)');
const programma = new Programma({ connectionString: process.env.DATABASE_URL });
await programma.start();

/** An order and the job that it brings about: both are there, or neither. */
async function place(name: string, paid: boolean): Promise<string> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const { rows } = await client.query<{ id: number }>('insert into orders (name) values ($1) returning id', [name]);
    const job = await programma.addJob('order.placed', { data: { orderId: rows[0]?.id } }, { tx: client });
    if (!paid) throw new Error('the card was refused');
    await client.query('commit');
    return job;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

programma.processJobs<{ orderId: number }>({ topicName: 'order.placed', completion: 'auto' }, (job) => {
  console.log(`sending the bill of order ${job.data.orderId}`);
});

await place('a book', false).catch((error: Error) => console.log(`no order, no job: ${error.message}`));
await programma.waitForJob(await place('a bicycle', true));
const { rows } = await pool.query('select count(*)::int as orders from orders');
console.log(rows[0], (await programma.listJobs({ topic: 'order.placed' })).jobs.length, 'job');

// What only looks like a transaction is refused, and nothing is written.
await programma.addJob('order.placed', {}, { tx: pool }).catch((error: Error) => console.log(error.name));

await programma.shutdown();
await pool.end();
