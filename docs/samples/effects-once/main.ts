import pg from 'pg';
import { Programma } from 'programma/engine';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
await pool.query("create table accounts (name text primary key, cents int); insert into accounts values ('ada', 0)");
const programma = new Programma({ connectionString: process.env.DATABASE_URL });

programma.processJobs<{ name: string; cents: number }>(
  { topicName: 'account.credit', completion: 'auto', backoff: { seconds: 0 } },
  async (job) => {
    const client = await pool.connect();
    try {
      await client.query('begin');
      const { name, cents } = job.data;
      await client.query('update accounts set cents = cents + $2 where name = $1', [name, cents]);
      // Completed with the money, or not at all. Throws when the job is somebody else's by now.
      await job.completeWithin(client, { credited: cents });
      if (job.attempt === 1) throw new Error('something breaks at the worst moment');
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  },
);
await programma.start();

const id = await programma.addJob('account.credit', { data: { name: 'ada', cents: 500 } });
const { state, attempts, result } = await programma.waitForJob(id);
console.log(state, 'at attempt', attempts, result);
console.log((await pool.query('select * from accounts')).rows);

await programma.shutdown();
await pool.end();
