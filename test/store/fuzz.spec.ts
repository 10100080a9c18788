/** Everything that can be done to jobs, at random and all at once, keeps the promises of the storage. */
import { expect, it } from '@jest/globals';
import type { StatementName, Statements } from '../../lib/store/statements.js';
import { SQL } from './a-store.js';
import { World } from './fuzz/world.js';

/** CI gives it a minute. FUZZ_SEED repeats the choices of a run, though not how the server interleaved them. */
const SECONDS = Number(process.env.FUZZ_SECONDS ?? (process.env.CI ? 60 : 12));
const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** A missing lock shows within a second or two, by chance; the search ends with the first fault. */
const SECONDS_TO_NOTICE = 90;

it(
  'lets random verbs on a dozen connections lose, double or strand no job',
  async () => {
    const { faults, verbs } = await (await World.make(SQL, SEED)).fuzz(SECONDS);
    process.stdout.write(`fuzz: FUZZ_SEED=${SEED}, ${SECONDS} s, ${JSON.stringify(verbs)}\n`);
    expect(faults).toEqual([]);
  },
  SECONDS * 1_000 + 20_000,
);

const MISSING: Record<string, readonly [StatementName, string, string]> = {
  'the lock that a claim takes on the record': [
    'claim-jobs',
    "where j.id = q.id and j.state = 'created'\n        for no key update skip locked",
    "where j.id = q.id and j.state = 'created'",
  ],
  'the lock that retention takes on what it removes': [
    'remove-finished',
    'order by j.failed_at limit $4::int\n    for update skip locked',
    'order by j.failed_at limit $4::int',
  ],
};

it.each(Object.keys(MISSING))(
  'would notice that %s is missing',
  async (lock) => {
    const { faults } = await (await World.make(without(lock), SEED)).fuzz(SECONDS_TO_NOTICE);
    expect(faults).not.toEqual([]);
  },
  SECONDS_TO_NOTICE * 1_000 + 20_000,
);

function without(lock: string): Statements {
  const [name, before, after] = MISSING[lock] ?? ['barrier', '', ''];
  const { text } = SQL[name];
  if (!text.includes(before)) throw new Error(`${name} has changed: this test no longer leaves out ${lock}.`);
  return { ...SQL, [name]: { name: `${SQL[name].name}:mutant`, text: text.replace(before, after) } };
}
