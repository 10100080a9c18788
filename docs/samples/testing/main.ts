import { Programma } from 'programma/engine';
import { ProgrammaTester } from 'programma/testing/engine';

// The tester clears, moves and runs all that is in these tables: they are of their own, where nobody's jobs are.
const jobs = new Programma({ connectionString: process.env.DATABASE_URL, schema: 'programma_testing', notify: false });
jobs.processJobs<number>({ topicName: 'double', completion: 'auto' }, (job) => {
  console.log(`double ${job.data}`);
  return job.data * 2;
});
await jobs.connect();
const tester = new ProgrammaTester(jobs);
await tester.clear();

await jobs.addJob('double', { data: 1 });
await jobs.addJob('double', { data: 2, runAfterSeconds: 86_400 });
console.log((await tester.added('double')).map(({ data, state }) => `${data} ${state}`).join(', '));
console.log(await tester.perform('double', 21));
console.log(await tester.drain());
console.log(await tester.passTime(86_400));
await jobs.shutdown();
