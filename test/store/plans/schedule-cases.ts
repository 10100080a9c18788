/** What the statements about schedules are given, two hundred schedules each. */
import type { StatementName } from '../../../lib/store/statements.js';
import { BEYOND, type Case, JOBS } from './case.js';
import { idOf, TOPIC } from './load.js';

const names = Array.from({ length: JOBS }, (_, i) => `schedule ${i}`);
/** All of them stand at this tick, in milliseconds since 1970. */
const TICK = 1_700_000_000_000;

/** Half were declared by code that is gone, and the job of the last tick of a half still runs. */
const twoHundred = (): string => `
  delete from programma.schedules;
  insert into programma.schedules (name, topic, every_seconds, overlap, next_at, declared_until, last_job_id)
  select 'schedule ' || n, '${TOPIC}', 60, case when n < 100 then 'skip' else 'queue' end, to_timestamp(${TICK / 1_000}),
         case when n < 100 then now() - interval '1 s' end,
         ('${idOf('processing', 0).slice(0, 24)}' || lpad(to_hex(n), 12, '0'))::uuid
  from generate_series(0, ${JOBS - 1}) n`;

const schedule = JSON.stringify({
  name: 'schedule 0',
  topic: TOPIC,
  every_seconds: 60,
  time_zone: 'UTC',
  missed: 'once',
  overlap: 'queue',
  priority: 5,
  retry_after_seconds: 30,
});

const fired = (from: number): string =>
  JSON.stringify(
    names.map((name, i) => ({
      name,
      was: TICK,
      next: TICK + 60_000,
      jobs: [{ id: idOf('due', BEYOND * 3 + from + i), tick: TICK }],
    })),
  );

export const SCHEDULE_CASES: Partial<Record<StatementName, Case>> = {
  clock: { lane: 'callers', values: () => [], rows: 1 },
  'declare-schedules': {
    lane: 'engine',
    values: () => [names.slice(100), 180],
    harmless: [[], 180],
    before: twoHundred,
    rows: JOBS / 2,
  },
  // Those that rest, because nobody declares them, are not due.
  'due-schedules': { lane: 'engine', values: () => [JOBS], before: twoHundred, rows: JOBS / 2 },
  'fire-schedules': { lane: 'engine', values: (from) => [fired(from)], before: twoHundred, rows: 1 },
  'list-schedules': { lane: 'callers', values: () => [null], before: twoHundred, rows: JOBS },
  'pause-schedule': { lane: 'callers', values: () => ['schedule 0', true], before: twoHundred, rows: 1 },
  'put-schedule': { lane: 'callers', values: () => [schedule, null], before: twoHundred, rows: 1 },
  'remove-schedule': { lane: 'callers', values: () => ['schedule 0'], before: twoHundred, rows: 1 },
};
