/** An old snapshot is held while 200,000 jobs are drained: the last quarter keeps the pace of the first. */
import { aStage, fill } from './stage.js';

/** Of the first quarter's pace. */
const LEAST = 0.85;

export async function drain(jobs: number): Promise<string[]> {
  const stage = await aStage();
  const programma = new stage.engine.Programma({ connectionString: stage.url, logger: false });
  await programma.start();
  await fill(programma, 'drain', jobs);
  await stage.holdASnapshot();
  const quarters: number[] = [];
  let done = 0;
  let from = performance.now();
  const drained = new Promise<void>((resolve) => {
    programma.on('job:completed', () => {
      if (++done % (jobs / 4) !== 0) return;
      quarters.push((jobs / 4 / (performance.now() - from)) * 1_000);
      from = performance.now();
      if (done === jobs) resolve();
    });
  });
  from = performance.now();
  programma.processJobs({ topicName: 'drain', completion: 'auto', maxJobs: 500 }, async () => undefined);
  await drained;
  await programma.shutdown();
  await stage.end();
  const [first = 0, , , last = 0] = quarters;
  const paces = quarters.map((pace) => Math.round(pace)).join(', ');
  console.log(
    `drain of ${jobs} jobs beside an old snapshot, jobs/s by quarter: ${paces}; last / first ${(last / first).toFixed(2)}`,
  );
  return last / first >= LEAST
    ? []
    : [`The last quarter of the drain had ${(last / first).toFixed(2)} of the first's pace.`];
}
