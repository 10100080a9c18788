/** A million jobs wait: a process that works through some of them keeps none of the rest in its memory. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { aStage, fill, median, timeStatements } from './stage.js';

const WORKED = 20_000;
const MOST_GROWTH_MB = 30;
const MOST_CLAIM_MS = 100;

export async function crowd(jobs: number): Promise<string[]> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const timings = timeStatements();
  const stage = await aStage();
  const programma = new stage.engine.Programma({ connectionString: stage.url, logger: false });
  await programma.start();
  await fill(programma, 'crowd', jobs);
  const used = (): number => {
    collect();
    return process.memoryUsage().heapUsed / 1024 / 1024;
  };
  const before = used();
  let done = 0;
  const worked = new Promise<void>((resolve) => {
    programma.on('job:completed', () => ++done === WORKED && resolve());
  });
  const handle = programma.processJobs({ topicName: 'crowd', completion: 'auto', maxJobs: 200 }, async () => undefined);
  await worked;
  await handle.stop();
  const claims = timings.filter((t) => t.statement === 'claim-jobs').map((t) => t.tookMs);
  timings.length = 0;
  const growth = used() - before;
  await programma.shutdown();
  await stage.end();
  console.log(
    `${jobs} jobs waiting: ${growth.toFixed(1)} MB more after ${WORKED} of them; a claim took ${median(claims).toFixed(1)} ms`,
  );
  return [
    ...(growth <= MOST_GROWTH_MB ? [] : [`The memory grew by ${growth.toFixed(1)} MB.`]),
    ...(median(claims) <= MOST_CLAIM_MS ? [] : [`A claim took ${median(claims).toFixed(1)} ms.`]),
  ];
}
