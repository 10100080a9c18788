/**
 * npm run test:chaos [-- --minutes N --seed S --engine NAME --write]
 *
 * Without --engine it runs the built engine, and then the broken ones, which must be found out (all but the forgetful,
 * which must lose nothing). --write puts the figures into docs/RELIABILITY.md.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { BLOWS } from './blows.js';
import { ENGINES, type EngineName } from './engines.js';
import { NO_BLOWS, type Outcome, type Play, run } from './play.js';
import { faultsOf, tableOf, write } from './report.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string' },
    engine: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed ?? randomInt(2 ** 31));
const minutes = Number(values.minutes);
const wanted = values.engine === undefined ? ENGINES : ENGINES.filter((name) => name === values.engine);
if (wanted.length === 0 || !(minutes > 0) || !Number.isInteger(seed))
  throw new Error(`--minutes is a number, --seed a whole number, --engine one of ${ENGINES.join(', ')}.`);

const say = (line: string): void => console.log(line);
const command = `npm run test:chaos -- --minutes ${minutes} --seed ${seed}`;

const PLAYS: Readonly<Record<EngineName, Play>> = {
  sound: {
    engine: 'sound',
    seed,
    seconds: minutes * 60,
    processes: 4,
    leaseSeconds: 2,
    weights: BLOWS,
    pauseMs: [600, 2_200],
    least: {
      'kill -9 of the server': 3,
      'immediate restart': 3,
      'connections cut': 6,
      'connections swallowed': 7,
      'SIGTERM of a process': 6,
      'SIGKILL of a process': 6,
      'SIGSTOP beyond the lease': 8,
      'pg_terminate_backend of all': 3,
    },
  },
  unfenced: {
    engine: 'unfenced',
    seed,
    seconds: 30,
    processes: 4,
    leaseSeconds: 2,
    // Of late words, those count here that are said before the process has looked at its own clock.
    blocks: 60,
    weights: { ...NO_BLOWS, 'SIGSTOP beyond the lease': 1 },
    least: {},
  },
  sequence: {
    engine: 'sequence',
    seed,
    seconds: 40,
    processes: 4,
    // Long, so that no renewal makes durable what the claim did not wait for.
    leaseSeconds: 20,
    bursts: true,
    pauseMs: [3_500, 6_000],
    weights: { ...NO_BLOWS, 'kill -9 of the server': 1 },
    least: {},
  },
  forgetful: {
    engine: 'forgetful',
    seed,
    seconds: 30,
    processes: 4,
    leaseSeconds: 2,
    weights: { ...NO_BLOWS, 'SIGKILL of a process': 1, 'SIGSTOP beyond the lease': 1 },
    least: {},
  },
};

say(`To repeat: ${command}`);
const outcomes: Outcome[] = [];
for (const name of wanted) {
  const outcome = await run(PLAYS[name], say);
  outcomes.push(outcome);
  say(tableOf(outcome));
}
const faults = outcomes.flatMap(faultsOf);
if (values.write) await write(outcomes, command);
say(faults.length === 0 ? '\nEvery promise was kept.' : `\n${faults.join('\n')}`);
say(`To repeat: ${command}`);
process.exit(faults.length === 0 ? 0 : 1);
