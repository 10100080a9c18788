/** The Quickstart of the first brief, as it stands there, and what its queue reports afterwards. It ends by itself. */
import { type IReceiveJob, Programma } from 'programma';

const say = (event: string, details: object = {}) => console.log(JSON.stringify({ event, ...details }));
const moved: string[] = [];

const programma = new Programma({
  connectionString: process.env.DB,
});

// connect to node-pq pool and start processing
await programma.start();

const id = await programma.addJob('sendEmail', {
  data: { email: 'xyz@gmail.com' },
  runAfterDate: '2020-08-27T20:02:18.255Z', // optional UTC ISO-8601 format, run after a specific date takes precedence
  runAfterSeconds: 180, // optional
  // if nothing is provided job will be run after current time or at once
});

programma.processJobs({ topicName: 'sendEmail', heartBeat: 10 }, async (job: IReceiveJob) => {
  await programma.moveJobToProcessing(job.id);
  moved.push(job.id);
});

const until = async (state: string) => {
  while ((await programma.getJob(id))?.state !== state) await new Promise((resolve) => setTimeout(resolve, 20));
};
await until('processing');
say('processing', { right: moved.includes(id), attributes: (await programma.getJob(id))?.attributes });
await programma.addToAttributes(id, 'error', new Error('the mailbox is full'));
await programma.moveJobToDone(id);
say('done', { record: await programma.getJob(id) });
await programma.shutdown();
