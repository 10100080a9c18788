import { Programma } from 'programma/engine';

const jobs = new Programma({ connectionString: process.env.DATABASE_URL });
let ran = () => {};
const twice = new Promise<void>((resolve) => {
  let runs = 0;
  ran = () => ++runs === 2 && resolve();
});

jobs.processJobs({ topicName: 'report', completion: 'auto' }, (job) => {
  console.log(`a report, on the second: ${job.tick?.getMilliseconds() === 0}`);
  ran();
});
await jobs.start();

await jobs.addSchedule('report', '* * * * * *', { count: 2 });
await twice;
const [ended] = await jobs.schedules();
console.log(`${ended?.name} has ${ended?.state}`);

await jobs.addSchedule('dst', '30 2 * * *', { timeZone: 'Europe/Berlin', start: '2027-03-27T00:00:00Z' });
for (const run of await jobs.nextRuns('dst', 3)) console.log(run.toISOString());
await jobs.removeSchedule('report');
await jobs.removeSchedule('dst');
await jobs.shutdown();
