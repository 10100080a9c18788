import { Logger, parseCronItems, run } from 'graphile-worker';
import { said, say } from '../said.js';

const runner = await run({
  connectionString: process.env.DATABASE_URL ?? '',
  logger: new Logger(() => () => undefined),
  concurrency: 5,
  pollInterval: 500,
  noHandleSignals: true,
  parsedCronItems: parseCronItems([{ task: 'report', match: '* * * * *' }]),
  taskList: {
    welcome: (payload) => {
      say(`welcome ${(payload as { name: string }).name}`);
    },
    invoice: (payload, { job }) => {
      say(`invoice ${(payload as { number: number }).number}, attempt ${job.attempts}`);
      if (job.attempts === 1) throw new Error('the mail server is away');
    },
    report: () => say('report'),
  },
});

await runner.addJob('welcome', { name: 'Ada' }, { runAt: new Date(Date.now() + 1_000) });
await runner.addJob('invoice', { number: 7 }, { maxAttempts: 3 });
// Its crontab has no seconds; so here is the first run, too.
await runner.addJob('report', {});

await said(4);
await runner.stop();
