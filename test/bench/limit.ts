/** Ours beside the database alone: `npm run bench:limit`. Needs no peers, and runs on every Node that we promise. */
import { parseArgs } from 'node:util';
import { Bench } from './bench.js';
import { load, machine } from './machine.js';
import { median } from './measure.js';
import { added, type Bursts, bursts, latency } from './ratios.js';
import { figure } from './report/results.js';
import { Server } from './server.js';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, scale: { type: 'string', default: '1' } },
});
const rounds = Number(values.rounds);
const JOBS = 50_000;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const server = await Server.embedded();
const bench = new Bench(server, { rounds, scale: Number(values.scale), future: undefined, minutes: undefined }, []);
const { processors, node } = machine();
say(`${processors}, Node ${node}, PostgreSQL ${await server.version()}, load ${load()}; medians of ${rounds} rounds`);
let missed = 0;

/** @param reach what it should be at least (at most, with a minus) */
function ratio(what: string, value: number, reach: number): string {
  const held = reach < 0 ? value <= -reach : value >= reach;
  if (!held) missed++;
  return `${what} ${figure(value)} (${reach < 0 ? 'at most' : 'at least'} ${Math.abs(reach)}${held ? '' : ': MISSED'})`;
}

async function everyRound<T>(one: (round: number) => Promise<T>): Promise<T[]> {
  const found: T[] = [];
  for (let round = 0; round < rounds; round++) found.push(await one(round));
  return found;
}

const drains = await everyRound(async (round) => {
  const turns = ['limit', 'ours'] as const;
  const by: Partial<Record<'limit' | 'ours', Bursts>> = {};
  for (const who of round % 2 === 0 ? turns : turns.toReversed()) by[who] = await bursts(bench, who, bench.jobs(JOBS));
  return by;
});
const medianOf = (who: 'limit' | 'ours', which: keyof Bursts) =>
  median(drains.map((by) => by[who]?.[which] ?? Number.NaN));
const limit = medianOf('limit', 'first');
say(`drain, jobs/s    limit ${figure(limit)}, second burst ${figure(medianOf('limit', 'second'))}`);
say(`                 ours  ${figure(medianOf('ours', 'first'))}, second burst ${figure(medianOf('ours', 'second'))}`);
say(`                 ${ratio('ours / limit', medianOf('ours', 'first') / limit, 0.6)}`);
say(`                 ${ratio('second burst / limit', medianOf('ours', 'second') / limit, 0.6)}`);

const adds = await everyRound(() =>
  added(bench, 'ours', [
    { callers: 1, times: bench.jobs(1_500) },
    { callers: 10, times: bench.jobs(10_000) },
    { callers: 100, times: bench.jobs(40_000) },
  ]),
);
const [one = 0, ten = 0, hundred = 0] = [0, 1, 2].map((i) => median(adds.map((rates) => rates[i] ?? Number.NaN)));
say(`adds/s           1 caller ${figure(one)}, 10 callers ${figure(ten)}, 100 callers ${figure(hundred)}`);
say(`                 ${ratio('10 callers / 1', ten / one, 6)}`);
say(`                 ${ratio('100 callers / 1', hundred / one, 12)}`);

const waits = await everyRound(() => latency(bench, bench.jobs(300)));
const addMs = median(waits.map((wait) => wait.addMs));
const toHandlerMs = median(waits.map((wait) => wait.toHandlerMs));
say(`latency, ms      one add ${figure(addMs)}, add → handler ${figure(toHandlerMs)}`);
say(`                 ${ratio('add → handler / add', toHandlerMs / addMs, -3)}`);

say(`load at the end ${load()}`);
await server.release();
process.exitCode = missed === 0 ? 0 : 1;
