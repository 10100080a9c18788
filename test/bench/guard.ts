/** What CI looks at: the drain, the adds of ten callers and the latency beside `limit`, about a minute. A fall by half is seen. */
import { Bench } from './bench.js';
import { median } from './measure.js';
import { added, drained, latency } from './ratios.js';
import { figure } from './report/results.js';
import { Server } from './server.js';

const ROUNDS = 3;
const JOBS = 15_000;
const ADDS = { callers: 10, times: 3_000 };
const SAMPLES = 60;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const server = await Server.embedded();
const bench = new Bench(server, { rounds: ROUNDS, scale: 1, future: undefined, minutes: undefined }, []);

const drains: number[] = [];
const adds: number[] = [];
const waits: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  drains.push((await drained(bench, 'ours', JOBS)) / (await drained(bench, 'limit', JOBS)));
  const [ours = 0] = await added(bench, 'ours', [ADDS]);
  const [limit = 1] = await added(bench, 'limit', [ADDS]);
  adds.push(ours / limit);
  const { addMs, toHandlerMs } = await latency(bench, SAMPLES);
  waits.push(toHandlerMs / addMs);
}
await server.release();

/** The margin is wide: a busy machine moves the figures, and these ratios by a fifth. */
const found = [
  { what: 'drain / limit', ratios: drains, least: 0.4, most: Number.POSITIVE_INFINITY },
  { what: 'adds of ten callers / limit', ratios: adds, least: 0.35, most: Number.POSITIVE_INFINITY },
  { what: 'add → handler / one add', ratios: waits, least: 0, most: 5 },
].map(({ what, ratios, least, most }) => {
  const middle = median(ratios);
  const held = middle >= least && middle <= most;
  const bound = most === Number.POSITIVE_INFINITY ? `at least ${least}` : `at most ${most}`;
  say(
    `${held ? 'held  ' : 'BROKEN'} ${what.padEnd(28)} ${figure(middle)} (${bound}; rounds ${ratios.map(figure).join(', ')})`,
  );
  return held;
});
const passed = found.filter(Boolean).length;
say(`\n${passed} passed, ${found.length - passed} failed`);
process.exitCode = passed === found.length ? 0 : 1;
