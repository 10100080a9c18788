/** Breaks of what is promised about retention, events, and the uses that the engine was made for. */
import { type Break, change, sql } from './break.js';

const RETENTION = 'test/store/retention.spec.ts';
const EVENTS = 'test/behaviour/events.spec.ts';
const BRIEF = 'test/behaviour/brief.spec.ts';
const CONNECT = 'test/behaviour/connections.spec.ts';
const STATES = 'test/unit/states.spec.ts';

export const HOUSE: readonly Break[] = [
  {
    part: '2.3 retention',
    what: 'failed jobs go with the completed ones',
    changes: sql('remove-finished', 'j.failed_at < now() - $2::float8', 'j.failed_at < now() - $1::float8'),
    spec: RETENTION,
    red: ['removes what has been finished for longer than its kind stays (150'],
  },
  {
    part: '2.3 events',
    what: 'what became of a job is not told',
    changes: change('worker/report.ts', /'job:retried'/, "'job:snoozed'"),
    spec: EVENTS,
    red: ['job:retried says which job it was'],
  },
  {
    part: '2.3 events: faults',
    what: 'they are told to listeners only',
    changes: change(
      'events/bus.ts',
      "this.emit('error', { error, where });\n    this.unheard(error, where);",
      "this.emit('error', { error, where });",
    ),
    spec: EVENTS,
    red: ['goes to the log when nobody listens to error', 'goes out as a warning of the process'],
  },
  {
    part: '2.3 events: listen',
    what: 'a connection that is cut is not told of',
    changes: change(
      'notify/listener.ts',
      "this.is('polling', error instanceof Error ? error.message : String(error));\n        this.loop.wake();",
      '',
    ),
    spec: EVENTS,
    red: ['says that they do not, with the reason'],
  },
  {
    part: '2.3 engine: Quickstart',
    what: 'the date of a job does not count',
    changes: change('job/spec.ts', 'if (config.runAfterDate !== undefined)', 'if (false)'),
    spec: BRIEF,
    red: ['works as the brief writes it'],
  },
  {
    part: '2.5 the life-cycle that is up to you',
    what: 'setRetryAfterSeconds counts from the next claim on',
    changes: sql(
      'settle-jobs',
      'j.started_at + j.retry_after_seconds',
      'j.started_at + (select c.lease from programma.claims c where c.id = j.claim_id)',
    ),
    spec: BRIEF,
    red: ['counts its attempts in the attributes'],
  },
  {
    part: '2.3 options: preparedStatements',
    what: 'statements are named although nobody may',
    changes: change('store/database.ts', 'const named = this.prepared && ', 'const named = '),
    spec: CONNECT,
    red: ['no statement is named'],
  },
  {
    part: '2.5 states',
    what: 'the README leaves a move out',
    changes: change('../README.md', /^ +active --> completed.*\n/m, ''),
    spec: STATES,
    red: ['draws every move in the README'],
  },
];
