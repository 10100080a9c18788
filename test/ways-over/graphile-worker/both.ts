import { setTimeout } from 'node:timers/promises';
import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import pg from 'pg';
import { Programma } from 'programma/engine';
import { said, say } from '../said.js';

const connectionString = process.env.DATABASE_URL ?? '';
const logger = new Logger(() => () => undefined);
const welcome = ({ name }: { name: string }) => say(`welcome ${name}`);

// What the release before has left: two jobs that are due, and one for tomorrow.
const utils = await makeWorkerUtils({ connectionString, logger });
await utils.migrate();
for (const name of ['Ada', 'Bob']) await utils.addJob('welcome', { name });
await utils.addJob('welcome', { name: 'Eve' }, { runAt: new Date(Date.now() + 86_400_000) });

// The release with both: everything new goes to Programma, and the old worker empties the old queue.
const jobs = new Programma({ connectionString });
jobs.processJobs<{ name: string }>({ topicName: 'welcome', completion: 'auto' }, (job) => welcome(job.data));
await jobs.start();
const taskList = { welcome: (payload: unknown) => welcome(payload as { name: string }) };
const runner = await run({ connectionString, logger, noHandleSignals: true, crontab: '', taskList });
await jobs.addJob('welcome', { data: { name: 'Cid' } });

// What waits for later is moved, in one statement: both are in this database. (Its tables are private to it; these
// columns are those of 0.16 to 0.18.)
const client = new pg.Client(connectionString);
await client.connect();
await client.query(`
  with moved as (
    delete from graphile_worker._private_jobs j using graphile_worker._private_tasks t
    where t.id = j.task_id and j.locked_at is null and j.run_at > now() and j.attempts < j.max_attempts
    returning t.identifier, j.payload, j.run_at, j.max_attempts
  )
  select programma.add_job(topic => identifier, data => payload::jsonb, run_after => run_at, max_attempts => max_attempts)
  from moved`);

await said(3);
// The old worker writes of each job that it is done when its task has ended; it stops when the old queue is empty.
const left = async () => (await client.query('select from graphile_worker._private_jobs')).rows.length;
while ((await left()) > 0) await setTimeout(100);
await runner.stop();
say(`left in the old queue: ${await left()}`);
say(`waiting for tomorrow: ${(await jobs.listJobs({ topic: 'welcome', state: 'created' })).jobs.length}`);
await client.end();
await utils.release();
await jobs.shutdown();
