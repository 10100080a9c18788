import { Programma } from 'programma/engine';

const programma = new Programma({ connectionString: process.env.DATABASE_URL, workers: false });
await programma.start();

// One report of a customer at a time, however often somebody asks: the second add gets the first one's id.
const report = { data: { customer: 7, format: 'pdf' }, unique: { by: ['data.customer'] } };
const first = await programma.addJob('report', report);
console.log(first === (await programma.addJob('report', report)));

// addJobs says which it was.
const added = await programma.addJobs([
  { topic: 'report', ...report },
  { topic: 'report', data: { customer: 8 }, unique: { by: ['data.customer'] } },
]);
console.log(added.map(({ status }) => status));

// reject: for who has to know.
await programma
  .addJob('report', { ...report, unique: { by: ['data.customer'], onConflict: 'reject' } })
  .catch((error) => console.log(error.code, error.id === first));

// The key is free when the job has ended.
await programma.moveJobToDone(first);
console.log(first === (await programma.addJob('report', report)));

await programma.shutdown();
