/** What each statement is given for two hundred jobs, so that its plan can be measured. */
import { STATES } from '../../../lib/job/states.js';
import type { StatementName } from '../../../lib/store/statements.js';
import { BEYOND, type Case, JOBS } from './case.js';
import { claimOf, idOf, idsOf, type Kind, TOPIC } from './load.js';
import { SCHEDULE_CASES } from './schedule-cases.js';
import { UNIQUE_CASES } from './unique-cases.js';

const array = (values: readonly unknown[]): string => `{${values.join(',')}}`;
const LANES = Array.from({ length: 10 }, (_, lane) => lane);
const BEGIN = -6e16;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

const claim = (topic: string): unknown[] => [
  [topic],
  array([JOBS]),
  '{NULL}',
  array(LANES.map(() => BEGIN)),
  array(LANES.map(() => FIRST_ID)),
  'worker',
  true,
];
const half = (kind: Kind, from: number): string[] => idsOf(kind, from, JOBS / 2);
const mixed = (from: number): string[] => [...half('due', from), ...half('active', from)];
const claimsOf = (from: number): string[] => [claimOf(from), claimOf(from + 100)];
const json = (ids: readonly string[], rest: (i: number) => object): string =>
  JSON.stringify(ids.map((id, i) => ({ id, ...rest(i) })));
const ENDS = ['completed', 'failed'];
const OUTCOMES = [...ENDS, 'retried', 'snoozed', 'released', 'unmoved'];
const outcomeOf = (i: number): string => OUTCOMES[i % OUTCOMES.length] ?? '';
const error = { name: 'Error', message: 'no' };

/** The documents of the inserts. */
const added = (from: number): readonly [jobs: string, data: string, attributes: null] => {
  const heads = Array.from({ length: JOBS }, (_, i) => ({
    id: idOf('due', BEYOND + from + i),
    topic: TOPIC,
    priority: 5,
    retry_after_seconds: 30,
  }));
  return [JSON.stringify(heads), JSON.stringify(heads.map((_, i) => ({ user: i }))), null];
};

export const CASES: Partial<Record<StatementName, Case>> = {
  'add-attributes': {
    lane: 'callers',
    values: () => [json(idsOf('processing', 0, JOBS), () => ({ attributes: { a: 1 } }))],
    rows: JOBS,
  },
  ...SCHEDULE_CASES,
  ...UNIQUE_CASES,
  announce: { lane: 'engine', values: () => ['channel', ['{}']], rows: 1 },
  barrier: { lane: 'callers', values: () => [], rows: 1 },
  'break-claims': {
    lane: 'engine',
    values: () => [20],
    before: (from) =>
      `update programma.claims set expires_at = now() - interval '1 s' where id = any('${array(claimsOf(from))}')`,
    rows: JOBS,
  },
  'cancel-within': { lane: 'callers', values: (from) => [idOf('due', from), null], rows: 1 },
  'claim-jobs': { lane: 'engine', values: () => claim(TOPIC), harmless: claim('nobody'), rows: JOBS },
  'claim-these': { lane: 'engine', values: (from) => [idsOf('future', from, JOBS), null, 'worker'], rows: JOBS },
  'complete-within': { lane: 'callers', values: (from) => ['null', idOf('active', from), claimOf(from)], rows: 1 },
  'delete-jobs': {
    lane: 'callers',
    values: (from) => [[...mixed(from), ...half('completed', from)], STATES],
    rows: JOBS * 1.5,
  },
  'failed-jobs': { lane: 'callers', values: () => [TOPIC, null, JOBS], rows: JOBS },
  'get-jobs': { lane: 'callers', values: () => [idsOf('processing', 0, JOBS)], rows: JOBS },
  'insert-claimed-jobs': {
    lane: 'callers',
    values: (from) => [...added(from), [TOPIC], '{NULL}', claimOf(BEYOND + from), 'worker'],
    harmless: ['[]', null, null, [], '{}', FIRST_ID, 'worker'],
    rows: JOBS,
  },
  'insert-jobs': {
    lane: 'callers',
    values: (from) => [false, ...added(from), null],
    harmless: [false, '[]', null, null, null],
    rows: 1,
  },
  'job-states': { lane: 'callers', values: () => [idsOf('processing', 0, JOBS)], rows: JOBS },
  'list-all': { lane: 'callers', values: () => [TOPIC, LAST_ID, JOBS], rows: JOBS },
  'list-claimed': { lane: 'callers', values: () => ['active', TOPIC, FIRST_ID, FIRST_ID, JOBS], rows: JOBS },
  'list-created': { lane: 'callers', values: () => [TOPIC, TOPIC, -1, BEGIN, FIRST_ID, JOBS], rows: JOBS },
  'list-depths': { lane: 'engine', values: () => [1_000], rows: 1 },
  'list-finished': { lane: 'callers', values: () => ['failed', TOPIC, 2e17, LAST_ID, JOBS], rows: JOBS },
  'list-topics': { lane: 'callers', values: () => [], rows: 2 },
  'move-jobs': {
    lane: 'callers',
    values: (from) => [
      json(mixed(from), (i) => (i % 2 ? { state: 'completed', result: 1 } : { state: 'failed', error })),
    ],
    rows: JOBS,
  },
  'move-to-processing': {
    lane: 'callers',
    values: (from) => [
      json(mixed(from), (i) => ({
        fence: i < JOBS / 2 ? null : claimOf(from + i - JOBS / 2),
        worker: 'by hand',
        lease: i % 2 ? 60 : null,
      })),
    ],
    rows: JOBS,
  },
  'pause-topic': {
    lane: 'callers',
    values: () => ['another', true],
    before: () => `delete from programma.topics where topic = 'another'`,
    rows: 1,
  },
  'release-claims': {
    lane: 'engine',
    values: (from) => [[`released ${from}`], '{}'],
    before: (from) =>
      `update programma.claims set worker = 'released ${from}' where id = any('${array(claimsOf(from))}')`,
    rows: JOBS,
  },
  'remove-finished': {
    lane: 'engine',
    values: () => [0, 0, 0, JOBS, 1e10],
    harmless: [1e9, 1e9, 1e9, JOBS, 1e10],
    rows: 3,
  },
  'renew-claims': {
    lane: 'engine',
    values: (from) => [
      array(claimsOf(from)),
      array(idsOf('active', from, JOBS)),
      // Somebody else's by now: each of them is answered.
      array(idsOf('active', from, JOBS).map(() => FIRST_ID)),
    ],
    rows: JOBS,
  },
  'report-progress': {
    lane: 'engine',
    values: (from) => [json(idsOf('active', from, JOBS), (i) => ({ claim_id: claimOf(from + i), progress: i }))],
    rows: JOBS,
  },
  'reschedule-jobs': {
    lane: 'callers',
    values: (from) => [json(idsOf('future', from, JOBS), () => ({ delay: 3_600, priority: 1 }))],
    rows: JOBS,
  },
  'retry-jobs': {
    lane: 'callers',
    values: (from) => [[...half('failed', from), ...half('cancelled', from)]],
    rows: JOBS,
  },
  'waiting-topics': { lane: 'engine', values: () => [], rows: 1 },
  'set-attributes': { lane: 'callers', values: () => [idOf('processing', 0), '{"a":1}', false, null], rows: 1 },
  'set-retry-after': { lane: 'callers', values: () => [idOf('processing', 0), 60], rows: 1 },
  'settle-jobs': {
    lane: 'engine',
    values: (from) => [
      idsOf('active', from, JOBS),
      Array.from({ length: JOBS }, (_, i) => claimOf(from + i)),
      JSON.stringify(Array.from({ length: JOBS }, (_, i) => ({ outcome: outcomeOf(i), delay: 10, error }))),
      false,
    ],
    // Of those that have ended there is nothing to say.
    rows: Array.from({ length: JOBS }, (_, i) => outcomeOf(i)).filter((outcome) => !ENDS.includes(outcome)).length,
  },
};
