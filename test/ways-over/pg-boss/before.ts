import { type Job, type JobWithMetadata, PgBoss } from 'pg-boss';
import { said, say } from '../said.js';

const boss = new PgBoss({ connectionString: process.env.DATABASE_URL ?? '' });
boss.on('error', (error) => console.error(error));
await boss.start();
await boss.createQueue('welcome');
await boss.createQueue('invoice', { retryLimit: 2, retryDelay: 1 });
await boss.createQueue('report');

await boss.work('welcome', { pollingIntervalSeconds: 0.5 }, async (batch: Job<{ name: string }>[]) => {
  for (const job of batch) say(`welcome ${job.data.name}`);
});
const invoices = { pollingIntervalSeconds: 0.5, includeMetadata: true } as const;
await boss.work('invoice', invoices, async (batch: JobWithMetadata<{ number: number }>[]) => {
  for (const job of batch) {
    say(`invoice ${job.data.number}, attempt ${job.retryCount + 1}`);
    if (job.retryCount === 0) throw new Error('the mail server is away');
  }
});
await boss.work('report', { pollingIntervalSeconds: 0.5 }, async () => say('report'));

await boss.send('welcome', { name: 'Ada' }, { startAfter: 1 });
await boss.send('invoice', { number: 7 });
// It has no seconds, and looks at its schedules twice a minute; so here is the first run, too.
await boss.schedule('report', '* * * * *');
await boss.send('report');

await said(4);
await boss.stop({ graceful: true });
