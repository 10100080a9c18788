/**
 * npm run test:endurance [-- --only drain|steady|crowd --jobs N --seconds S]
 *
 * By itself what CI runs: the drain of 200,000 whole, the steady load for a minute. By hand: --only steady
 * --seconds 600, and --only crowd (a million jobs).
 */
import { parseArgs } from 'node:util';
import { crowd } from './crowd.js';
import { drain } from './drain.js';
import { steady } from './steady.js';

const { values } = parseArgs({
  options: { only: { type: 'string' }, jobs: { type: 'string' }, seconds: { type: 'string' } },
});
const RUNS: Record<string, () => Promise<string[]>> = {
  drain: () => drain(Number(values.jobs ?? 200_000)),
  steady: () => steady(Number(values.seconds ?? 60)),
  crowd: () => crowd(Number(values.jobs ?? 1_000_000)),
};
const faults: string[] = [];
for (const name of values.only === undefined ? ['drain', 'steady'] : [values.only]) {
  const run = RUNS[name];
  if (!run) throw new Error(`--only is one of ${Object.keys(RUNS).join(', ')}.`);
  faults.push(...(await run()));
}
console.log(faults.join('\n') || 'Every promise was kept.');
process.exit(faults.length === 0 ? 0 : 1);
