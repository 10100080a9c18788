import { Programma } from 'programma/engine';
import { said, say } from '../said.js';

const jobs = new Programma({ connectionString: process.env.DATABASE_URL, maxJobs: 5 });

jobs.processJobs<{ name: string }>({ topicName: 'welcome', completion: 'auto' }, (job) => {
  say(`welcome ${job.data.name}`);
});
jobs.processJobs<{ number: number }>(
  { topicName: 'invoice', completion: 'auto', backoff: (attempt) => Math.exp(Math.min(10, attempt)) },
  (job) => {
    say(`invoice ${job.data.number}, attempt ${job.attempt}`);
    if (job.attempt === 1) throw new Error('the mail server is away');
  },
);
jobs.processJobs({ topicName: 'report', completion: 'auto' }, () => say('report'));
await jobs.start();

await jobs.addJob('welcome', { data: { name: 'Ada' }, runAfterSeconds: 1 });
await jobs.addJob('invoice', { data: { number: 7 }, maxAttempts: 3 });
await jobs.addSchedule('report', '* * * * *');
await jobs.runScheduleNow('report');

await said(4);
await jobs.shutdown();
