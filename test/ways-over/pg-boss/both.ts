import pg from 'pg';
import { type Job, PgBoss } from 'pg-boss';
import { Programma } from 'programma/engine';
import { said, say } from '../said.js';

const connectionString = process.env.DATABASE_URL ?? '';
const welcome = ({ name }: { name: string }) => say(`welcome ${name}`);

// What the release before has left: two jobs that are due, and one for tomorrow.
const boss = new PgBoss({ connectionString });
boss.on('error', (error) => console.error(error));
await boss.start();
await boss.createQueue('welcome');
for (const name of ['Ada', 'Bob']) await boss.send('welcome', { name });
await boss.send('welcome', { name: 'Eve' }, { startAfter: 86_400 });

// The release with both: everything new goes to Programma, and the old worker empties the old queue.
const jobs = new Programma({ connectionString });
jobs.processJobs<{ name: string }>({ topicName: 'welcome', completion: 'auto' }, (job) => welcome(job.data));
await jobs.start();
const options = { pollingIntervalSeconds: 0.5, batchSize: 10 };
await boss.work('welcome', options, async (batch: Job<{ name: string }>[]) => {
  for (const job of batch) welcome(job.data);
});
await jobs.addJob('welcome', { data: { name: 'Cid' } });

// What waits for later is moved, in one statement: both are in this database. Its id stays.
const client = new pg.Client(connectionString);
await client.connect();
await client.query(`
  with moved as (
    delete from pgboss.job where name = 'welcome' and state = 'created' and start_after > now()
    returning id, name, data, start_after
  )
  select programma.add_job(topic => name, data => data, run_after => start_after, id => id) from moved`);

await said(3);
await boss.stop({ graceful: true });
const { rows } = await client.query(
  `select from pgboss.job where name = 'welcome' and state in ('created', 'retry', 'active')`,
);
say(`left in the old queue: ${rows.length}`);
say(`waiting for tomorrow: ${(await jobs.listJobs({ topic: 'welcome', state: 'created' })).jobs.length}`);
await client.end();
await jobs.shutdown();
