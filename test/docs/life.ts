/** Leaves a database behind as it is on a working day: jobs in every state, a recurring one, and a worker that died. */
import { setTimeout as sleep } from 'node:timers/promises';
import { NonRetryableError, Programma, RetryAfterError } from '../../lib/engine.js';

const programma = new Programma({ connectionString: process.env.DATABASE_URL, logger: false });
const never = () => new Promise(() => {});

programma.processJobs({ topicName: 'mail.welcome', completion: 'auto' }, async () => ({ sentTo: 'ada@example.org' }));
programma.processJobs({ topicName: 'order.pay', completion: 'auto' }, async () => {
  throw new NonRetryableError('the card allows 1000 euros');
});
programma.processJobs({ topicName: 'order.ship', completion: 'auto' }, async () => {
  throw new RetryAfterError(3_600, 'the carrier is closed');
});
programma.processJobs({ topicName: 'video.cut', completion: 'auto' }, never);
programma.processJobs({ topicName: 'video.send' }, async (job) => job.moveToProcessing({ timeoutSeconds: 3_600 }));
await programma.start();
await programma.addSchedule('reports.nightly', '0 2 * * *', { timeZone: 'Europe/Berlin' });

const add = (topic: string, job = {}) => programma.addJob(topic, { data: { userId: 7 }, ...job });
const completed = await add('mail.welcome');
const failed = await add('order.pay');
await add('mail.welcome', { runAfterSeconds: 3_600 });
await add('order.ship');
await add('nobody.listens', { unique: { key: 'once' } });
// A long lease: it must not be over before a page looks.
await add('video.cut', { retryAfterSeconds: 86_400 });
await add('video.send', { retryAfterSeconds: 86_400 });
const cancelled = await add('mail.welcome', { runAfterSeconds: 3_600 });
await programma.cancelJob(cancelled);
await programma.pauseTopic('mail.bulk');
await Promise.all([completed, failed].map((id) => programma.waitForJob(id)));
const held = async (state: 'active' | 'processing') => (await programma.listJobs({ state })).jobs.length > 0;
while (!((await held('active')) && (await held('processing')))) await sleep(50);
process.kill(process.pid, 'SIGKILL');
