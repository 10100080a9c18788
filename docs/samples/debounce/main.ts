import { Programma } from 'programma/engine';

const programma = new Programma({ connectionString: process.env.DATABASE_URL, workers: false });
await programma.start();
const waiting = async (topic: string) => (await programma.listJobs({ topic, state: 'created' })).jobs;
const untilDue = ({ runAfter, createdAt }: { runAfter: Date; createdAt: Date }) =>
  Math.round((runAfter.getTime() - createdAt.getTime()) / 1000);

// Debounce: the search index is rebuilt ten seconds after the last change, not after each. (The third change is a big
// one: a minute.)
for (const runAfterSeconds of [10, 10, 60])
  await programma.addJob('index', { runAfterSeconds, unique: { key: 'all', onConflict: 'reschedule' } });
console.log((await waiting('index')).map((job) => `due ${untilDue(job)} s after the first`));

// The same with the newest payload: replace.
for (const draft of ['a', 'ab', 'abc'])
  await programma.addJob('save', {
    data: { draft },
    runAfterSeconds: 5,
    unique: { key: 'letter 7', onConflict: 'replace' },
  });
console.log((await waiting('save')).map((job) => job.data));

// Throttle: one warning an hour, whatever becomes of the job meanwhile.
const warn = () => programma.addJob('warning', { unique: { key: 'disk', while: { seconds: 3600 } } });
const id = await warn();
await programma.moveJobToDone(id);
console.log(id === (await warn()));

await programma.shutdown();
