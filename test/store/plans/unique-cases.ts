/** The statements of unique keys: two hundred jobs, in every way that a job can meet its key. */
import type { StatementName } from '../../../lib/store/statements.js';
import { SQL } from '../a-store.js';
import { BEYOND, type Case, JOBS } from './case.js';
import { idOf, idsOf, type Kind, TOPIC } from './load.js';

type Way = 'none' | 'free' | 'stale' | 'held' | 'replace';
const WAYS: readonly Way[] = ['none', 'free', 'stale', 'held', 'replace'];
const HOLDERS: Partial<Record<Way, Kind>> = { stale: 'completed', held: 'processing', replace: 'due' };
const wayOf = (i: number): Way => WAYS[i % WAYS.length] ?? 'none';
/** Keys are uuids that the load does not use. */
const keyOf = (n: number): string => idOf('claim', BEYOND * 3 + n);
const all = Array.from({ length: JOBS }, (_, i) => i);

const jobs = (from: number): object[] =>
  all.map((i) => ({
    id: idOf('due', BEYOND * 2 + from + i),
    grp: i,
    topic: TOPIC,
    priority: 5,
    retry_after_seconds: 30,
    data: { user: i },
    ...(wayOf(i) !== 'none' && {
      key: keyOf(from + i),
      held_while: 'unfinished',
      on_conflict: wayOf(i) === 'replace' ? 'replace' : 'ignore',
    }),
  }));

const keysOf = (from: number): string =>
  `insert into programma.unique_keys (key, job_id, held_while) values ${all
    .flatMap((i) => {
      const holder = HOLDERS[wayOf(i)];
      // Of the jobs being processed there are a thousand, and they are not used up.
      const n = holder === 'processing' ? i : from + i;
      return holder ? [`('${keyOf(from + i)}', '${idOf(holder, n)}', 'unfinished')`] : [];
    })
    .join(', ')} on conflict (key) do update set job_id = excluded.job_id`;

const without = (ids: readonly string[]): string =>
  ['queue', 'jobs'].map((table) => `delete from programma.${table} where id = any('{${ids}}')`).join('; ');

export const UNIQUE_CASES = {
  'insert-unique-jobs': {
    lane: 'callers',
    values: (from) => [false, JSON.stringify(jobs(from)), null],
    harmless: [false, '[]', null],
    before: keysOf,
    rows: 1,
  },
  // What it runs is measured above, and planned anew each time: its jobs are taken away again, so it uses up none.
  'undo-unsure': {
    lane: 'callers',
    values: () => [SQL['insert-unique-jobs'].text, false, JSON.stringify(jobs(BEYOND)), null],
    harmless: [SQL['insert-unique-jobs'].text, false, '[]', null],
    before: () => `${without(idsOf('due', BEYOND * 3, JOBS))}; ${keysOf(BEYOND)}`,
    rows: 1,
  },
  // Its keys are put back before each run, so it uses up no jobs.
  'sweep-unique-keys': { lane: 'engine', values: () => [keyOf(0), JOBS], before: () => keysOf(0), rows: 1 },
} satisfies Partial<Record<StatementName, Case>>;
