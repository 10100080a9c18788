import { Queue, Worker } from 'bullmq';
import { Programma } from 'programma/engine';
import { v5 } from 'uuid';
import { said, say } from '../said.js';

const connection = { url: process.env.REDIS_URL ?? '' };
const welcome = ({ name }: { name: string }) => say(`welcome ${name}`);

// What the release before has left: two jobs that are due, and one for tomorrow.
const old = new Queue('mail', { connection });
for (const name of ['Ada', 'Bob']) await old.add('welcome', { name });
await old.add('welcome', { name: 'Eve' }, { delay: 86_400_000 });

// The release with both: everything new goes to Programma, and the old worker empties the old queue.
const jobs = new Programma({ connectionString: process.env.DATABASE_URL });
jobs.processJobs<{ name: string }>({ topicName: 'mail.welcome', completion: 'auto' }, (job) => welcome(job.data));
await jobs.start();
const worker = new Worker('mail', async (job) => welcome(job.data), { connection });
await jobs.addJob('mail.welcome', { data: { name: 'Cid' } });

// What waits for later is moved. The id derives from the old one: moved twice, it is there once.
const NAMESPACE = '6ba7b811-9dad-11d1-80b4-00c04fd430c8';
for (const job of await old.getDelayed()) {
  const runAfterDate = new Date(job.timestamp + job.delay);
  await jobs.addJob(`mail.${job.name}`, { data: job.data, runAfterDate, id: v5(`mail:${job.id}`, NAMESPACE) });
  await job.remove();
}

await said(3);
await worker.close();
const { waiting, delayed, active } = await old.getJobCounts('waiting', 'delayed', 'active');
say(`left in the old queue: ${(waiting ?? 0) + (delayed ?? 0) + (active ?? 0)}`);
say(`waiting for tomorrow: ${(await jobs.listJobs({ topic: 'mail.welcome', state: 'created' })).jobs.length}`);
await old.close();
await jobs.shutdown();
