/** An old snapshot is held while 500 jobs a second come one by one: no statement slows down, nothing piles up. */
import { setTimeout as sleep } from 'node:timers/promises';
import { aStage, median, type Stage, type Timing, timeStatements } from './stage.js';

const A_SECOND = 500;
const TICK_MS = 20;
/** Of the median at the beginning. */
const MOST = 1.5;
/** Rows of the queue and of claims at any look: what is on its way, in seconds of what comes. */
const MOST_WAITING = 2 * A_SECOND;
const WATCHED = ['insert-jobs', 'claim-jobs', 'settle-jobs'];

export async function steady(seconds: number): Promise<string[]> {
  const timings = timeStatements();
  const stage = await aStage();
  const programma = new stage.engine.Programma({ connectionString: stage.url, logger: false });
  programma.processJobs({ topicName: 'steady', completion: 'auto', maxJobs: 100 }, async () => undefined);
  await programma.start();
  // Of another process: what is added where it can run at once needs no claim.
  const adder = new stage.engine.Programma({ connectionString: stage.url, logger: false, workers: false });
  await adder.start();
  // What compiles and plans at first is no measure.
  await pace(5, () => adder.addJob('steady'));
  await stage.holdASnapshot();
  const from = performance.now();
  const ends = seconds * 1_000;
  const slice = ends / 10;
  const looks: Look[] = [];
  const looking = setInterval(async () => looks.push(await look(stage)), slice);
  await pace(seconds, () => adder.addJob('steady'));
  clearInterval(looking);
  await sleep(1_000);
  const [left] = await stage.query(
    `select (select count(*) from programma.queue)::int as queue, (select count(*) from programma.claims)::int as claims,
            (select count(*) from programma.jobs where state <> 'completed')::int as open`,
  );
  await Promise.all([programma, adder].map((engine) => engine.shutdown()));
  await stage.end();
  const faults = WATCHED.flatMap((statement) => slowed(statement, timings, from, slice, ends));
  const rows = (table: keyof Look) => looks.map((one) => one[table]);
  console.log(`rows at each tenth of the time: queue ${rows('queue').join(', ')}; claims ${rows('claims').join(', ')}`);
  for (const table of ['queue', 'claims'] as const)
    if (Math.max(...rows(table)) > MOST_WAITING)
      faults.push(`There were ${Math.max(...rows(table))} rows in ${table}.`);
  console.log(`left after ${seconds} s at ${A_SECOND} jobs/s: ${JSON.stringify(left)}`);
  return left?.queue === 0 && left.claims === 0
    ? faults
    : [...faults, `Not all came to an end: ${JSON.stringify(left)}.`];
}

interface Look {
  queue: number;
  claims: number;
}

async function look(stage: Stage): Promise<Look> {
  const [row] = await stage.query(
    'select (select count(*) from programma.queue)::int as queue, (select count(*) from programma.claims)::int as claims',
  );
  return row as unknown as Look;
}

function slowed(statement: string, timings: readonly Timing[], from: number, slice: number, ends: number): string[] {
  const between = (a: number, b: number) =>
    median(
      timings.filter((t) => t.statement === statement && t.atMs >= from + a && t.atMs < from + b).map((t) => t.tookMs),
    );
  const [first, last] = [between(0, slice), between(ends - slice, ends)];
  console.log(`${statement}: median ${first.toFixed(2)} ms in the first tenth, ${last.toFixed(2)} ms in the last`);
  return last <= first * MOST ? [] : [`${statement} took ${(last / first).toFixed(2)} times as long at the end.`];
}

/** Singles, evenly: what the machine could not send in one tick goes in the next. */
async function pace(seconds: number, add: () => Promise<unknown>): Promise<void> {
  const from = performance.now();
  const adding: Promise<unknown>[] = [];
  for (let sent = 0; sent < seconds * A_SECOND; ) {
    for (const due = ((performance.now() - from) / 1_000) * A_SECOND; sent < due; sent++) adding.push(add());
    await sleep(TICK_MS);
    if (adding.length > 5_000) await Promise.all(adding.splice(0));
  }
  await Promise.all(adding);
}
