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
    part: '2.3 retention',
    what: 'it removes what is old, finished or not',
    changes: sql(
      'remove-finished',
      'j.topic = known.topic and j.finished_at is not null and',
      'j.topic = known.topic and',
    ).concat(
      sql('remove-finished', /j\.finished_at </, 'j.created_at <'),
      sql('remove-finished', /and j\.finished_at >=.*\n/, '\n'),
    ),
    spec: RETENTION,
    red: ['never removes what has not finished'],
  },
  {
    part: '2.3 retention',
    what: 'it rests after each batch',
    changes: change('maintenance/retention.ts', 'if (removed.some(({ count }) => count >= this.batch)) return 0;', ''),
    spec: RETENTION,
    red: ['goes on without a rest while there is more'],
  },
  {
    part: '2.3 retention',
    what: 'false keeps no more than the default',
    changes: change(
      'options/resolve.ts',
      'if (retention === false) return false;',
      'if (retention === false) return retentionOf(c, undefined);',
    ),
    spec: RETENTION,
    red: ['is a chore of every process, unless it is told to keep all: false'],
  },
  {
    part: '2.3 retention',
    what: 'nobody does it',
    changes: change('maintenance/housekeeping.ts', /\.\.\.\(retention \? .*: \[\]\),/, ''),
    spec: RETENTION,
    red: ['is a chore of every process'],
  },
  {
    part: '2.3 events',
    what: 'what became of a job is not told',
    changes: change('worker/report.ts', /'job:retried'/, "'job:snoozed'"),
    spec: EVENTS,
    red: ['job:retried says which job it was'],
  },
  {
    part: '2.3 events',
    what: 'an unmoved job is one that was moved',
    changes: change('worker/report.ts', /'job:unmoved'/, "'job:moved'"),
    spec: EVENTS,
    red: ['job:unmoved says that a manual handler'],
  },
  {
    part: '2.3 events',
    what: 'a listener that was ended hears on',
    changes: change('events/bus.ts', 'filter((l) => l !== mine)', 'filter((l) => l !== listener)'),
    spec: EVENTS,
    red: ['hears nothing more once it was ended'],
  },
  {
    part: '2.3 events',
    what: 'two registrations of one function are one',
    changes: change(
      'events/bus.ts',
      'const mine: Listener<K> = (payload) => listener(payload);',
      'const mine = listener;',
    ),
    spec: EVENTS,
    red: ['that was given twice ends once for each'],
  },
  {
    part: '2.3 events',
    what: 'a listener that throws ends the others',
    changes: change(
      'events/bus.ts',
      '} catch (error) {\n        this.listenerFailed(event, error);\n      }',
      '} finally {\n      }',
    ),
    spec: EVENTS,
    red: ['throws'],
  },
  {
    part: '2.3 events: faults',
    what: 'they are told to listeners only',
    changes: change(
      'events/bus.ts',
      /(this\.emit\('error', \{ error, where \}\);)\s*this\.unheard\(error, where\);/,
      '$1',
    ),
    spec: EVENTS,
    red: ['goes to the log when nobody listens to error', 'goes out as a warning of the process'],
  },
  {
    part: '2.3 events: faults',
    what: 'they are said once a job',
    changes: change('base/sparing.ts', '< AGAIN_AFTER_MS) return', '< 0) return'),
    spec: EVENTS,
    red: ['is said once, not once a job'],
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
    part: '2.5 the life-cycle that is up to you',
    what: 'a job that was moved nowhere is completed',
    changes: change('job/outcome.ts', /if \(policy\.completion === 'manual'\)\s+return [^;]+;/, ''),
    spec: BRIEF,
    red: ['gets a job again after retryAfterSeconds'],
  },
  {
    part: '2.5 the life-cycle that is up to you',
    what: 'what somebody else works off cannot be failed',
    changes: sql('move-jobs', "j.state in ('created', 'active', 'processing')", "j.state in ('created', 'active')"),
    spec: BRIEF,
    red: ['tracks a job that somebody else works off'],
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
  {
    part: '2.5 states',
    what: 'the database knows a state that the code does not',
    changes: change('../migrations/0001-jobs.up.sql', "'failed', 'cancelled'))", "'failed', 'cancelled', 'paused'))"),
    spec: STATES,
    red: ['lets the database have these states'],
  },
];
