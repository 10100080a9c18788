import { defineTopic, type PayloadOf, Programma } from 'programma/engine';
import { z } from 'zod';

/** A type and no check: what the compiler sees is all there is. */
const Welcome = defineTopic<{ userId: number }>('mail.welcome');
/** Any Standard Schema (zod, valibot, arktype …): its input is what addJob takes, its output what the handler gets. */
const InvoiceDue = defineTopic(
  'invoice.due',
  z.object({ invoice: z.string(), cents: z.coerce.number<string | number>().int() }),
);
type Invoice = PayloadOf<typeof InvoiceDue>;

const programma = new Programma({ connectionString: process.env.DATABASE_URL });
const remind = ({ invoice, cents }: Invoice) => console.log(`invoice ${invoice}: ${(cents / 100).toFixed(2)}`);
programma.processJobs({ topicName: InvoiceDue, completion: 'auto' }, (job) => remind(job.data));
programma.processJobs({ topicName: Welcome, completion: 'auto' }, (job) => console.log(`user ${job.data.userId}`));
await programma.start();

await programma.waitForJob(await programma.addJob(Welcome, { data: { userId: 7 } }));
await programma.waitForJob(await programma.addJob(InvoiceDue, { data: { invoice: 'A-1', cents: '1999' } }));

// The compiler refuses what does not fit, here and in handlers.
// @ts-expect-error userId is a number
await programma.addJob(Welcome, { data: { userId: 'seven' }, runAfterSeconds: 3600 });

// What the type cannot say is checked before anything is written.
await programma
  .addJob(InvoiceDue, { data: { invoice: 'A-2', cents: 1.5 } })
  .catch((error: Error) => console.log(error.message));

// A payload that is stored already (written by an older release, or from SQL) fails at once, with the issues.
const old = await programma.addJob('invoice.due', { data: { cents: 5 } });
const { state, attempts, errors } = await programma.waitForJob(old);
console.log(state, 'at attempt', attempts, errors[0]?.message);

await programma.shutdown();
