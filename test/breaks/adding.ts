/** Breaks of what is promised about adding jobs. */
import { type Break, change, sql } from './break.js';

const ADDING = 'test/behaviour/adding.spec.ts';
const DURABLE = 'test/behaviour/durability.spec.ts';

export const ADDING_JOBS: readonly Break[] = [
  {
    part: '2.3 adding: durable when the promise resolves',
    what: 'an add does not wait for the disk',
    changes: sql(
      'insert-jobs',
      "'told', (select count(*) from told))::text",
      "'told', (select count(*) from told), 'off', set_config('synchronous_commit', 'off', true))::text",
    ),
    spec: DURABLE,
    red: ['addJob survives it', 'addJobs survives it'],
  },
  {
    part: '2.3 adding: durable when the promise resolves',
    what: 'the job is in the record and not in the queue',
    changes: sql('insert-jobs', 'select topic, priority, run_after, id from added', '$& where false'),
    spec: ADDING,
    red: ['is in the queue when its promise resolves'],
  },
  {
    part: '2.3 adding: documents',
    what: 'data stand in the order in which jobs were given, not in that of their ids',
    changes: change(
      'store/adding.ts',
      'column(specs.map(({ data }) => data)),',
      'column(specs.map(({ data }) => data).reverse()),',
    ),
    spec: ADDING,
    red: ['have their own documents each: some with documents'],
  },
  {
    part: '2.3 adding: documents',
    what: 'null is a document',
    changes: sql('insert-jobs', "nullif(n.data, 'null') as data", 'n.data'),
    spec: ADDING,
    red: ['are without a document in SQL'],
  },
  {
    part: '2.3 adding: documents',
    what: 'jobs that start as they are added have those of others',
    changes: sql('insert-claimed-jobs', 'max_attempts, data, attributes)', 'max_attempts, attributes, data)'),
    spec: 'test/behaviour/at-once.spec.ts',
    red: ['has its own documents'],
  },
  {
    part: '2.3 adding: concurrent callers share statements',
    what: 'each caller gets one of his own',
    changes: change('verbs/adding.ts', 'maxItems: MAX_CALLERS', 'maxItems: 1'),
    spec: ADDING,
    red: ['are added by concurrent callers in a few statements'],
  },
  {
    part: '5 adding: large statements go side by side',
    what: 'one at a time',
    changes: change('verbs/adding.ts', 'const LANES = 2;', 'const LANES = 1;'),
    spec: ADDING,
    red: ['are added by 100 callers at once in 2 statements'],
  },
  {
    part: '5 adding: large statements go side by side',
    what: 'so do small ones',
    changes: change('verbs/adding.ts', 'const LEAST_SHARE = 40;', 'const LEAST_SHARE = 1;'),
    spec: ADDING,
    red: ['are added by 30 callers at once in 1 statements'],
  },
  {
    part: '5 adding: large statements go side by side',
    what: 'a lane alone takes the share of all',
    changes: change('base/batcher.ts', '(lanes - this.flying)', 'lanes'),
    spec: 'test/unit/batcher.spec.ts',
    red: ['shares out among its free lanes'],
  },
  {
    part: '2.3 adding: ten thousand in one call',
    what: 'what is too large for one statement goes in several transactions',
    changes: change(
      'store/adding.ts',
      "await run(this.sql['insert-jobs'], [false, ...jobs, null])",
      "await this.db.rows(this.sql['insert-jobs'], [false, ...jobs, null], 'callers')",
    ),
    spec: ADDING,
    red: ['are added by ten thousand in one call'],
  },
  {
    part: '2.3 adding: in the order in which they were given',
    what: 'they are answered in the order of their ids',
    changes: change(
      'verbs/adding.ts',
      /return specs\.map\(\(\{ id \}\) => \(\{ id, status: there/,
      'return specs.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(({ id }) => ({ id, status: there',
    ),
    spec: ADDING,
    red: ['are answered in the order in which they were given'],
  },
  {
    part: '2.3 adding: payloads of some MB',
    what: 'a payload may have four',
    changes: change('job/text.ts', 'MAX_JSON_BYTES = 16 *', 'MAX_JSON_BYTES = 4 *'),
    spec: ADDING,
    red: ['may carry some MB'],
  },
  {
    part: '2.3 adding: payloads of some MB',
    what: 'a statement takes as many as come',
    changes: change('verbs/adding.ts', 'maxBytes: MAX_STATEMENT_BYTES', 'maxBytes: 8 * MAX_STATEMENT_BYTES'),
    spec: ADDING,
    red: ['of some MB each are added side by side'],
  },
  {
    part: '2.3 adding: one bad payload harms no batch-mate',
    what: 'who shares the statement of a bad job is refused, too',
    changes: change('verbs/adding.ts', 'judge: verdictOf,', "judge: () => 'refuse',"),
    spec: ADDING,
    red: ['harms nobody who shares its statement'],
  },
  {
    part: '2.3 adding: all or none',
    what: 'a job that is refused is left out of its addJobs',
    changes: change(
      'verbs/adding.ts',
      'const specs = jobs.map((job) => this.specOf(job?.topic, job));',
      'const specs = jobs.filter((job) => job.topic).map((job) => this.specOf(job.topic, job));',
    ),
    spec: ADDING,
    red: ['keeps all of its addJobs out when it is refused'],
  },
  {
    part: '2.3 adding: the option jobs',
    what: 'it is not asked',
    changes: change(
      'verbs/adding.ts',
      'specOf(nameOf(topic), config, this.options.jobs)',
      'specOf(nameOf(topic), config, { retryAfterSeconds: 30, priority: 5 })',
    ),
    spec: ADDING,
    red: ['takes its defaults from the option jobs'],
  },
  {
    part: '2.3 adding: runAfterDate wins',
    what: 'the seconds win',
    changes: change(
      'job/spec.ts',
      'if (config.runAfterDate !== undefined) return',
      'if (config.runAfterDate !== undefined && config.runAfterSeconds === undefined) return',
    ),
    spec: ADDING,
    red: ['waits for its date, not for its seconds'],
  },
  {
    part: "2.3 adding: the database's clock",
    what: 'the seconds count from the clock of the process',
    changes: change(
      'job/spec.ts',
      /`,"delay":\$\{delay\}`/,
      `',"run_at":"' + new Date(Date.now() + delay * 1000).toISOString() + '"'`,
    ),
    spec: ADDING,
    red: ["waits its seconds by the database's clock"],
  },
  {
    part: "2.3 adding: an id of the caller's",
    what: 'a job that is there is queued again',
    changes: sql(
      'insert-jobs',
      'select topic, priority, run_after, id from added',
      'select topic, priority, run_after, id from new',
    ),
    spec: ADDING,
    red: ['is not brought back into the queue when its job has finished'],
  },
  {
    part: "2.3 adding: an id of the caller's",
    what: 'what was there is said to be created',
    changes: change('verbs/adding.ts', "there.has(id) ? 'duplicate' : 'created'", "'created'"),
    spec: ADDING,
    red: ['is answered as a duplicate by addJobs'],
  },
  {
    part: "2.3 adding: an id of the caller's",
    what: 'two of one call may have it',
    changes: change('verbs/adding.ts', /if \(twice\)\s+throw/, 'if (false) throw'),
    spec: ADDING,
    red: ['is refused when one call of addJobs names it twice'],
  },
  {
    part: '2.3 adding: addTimeoutSeconds',
    what: 'it is a minute, whatever was said',
    changes: change('verbs/adding.ts', 'monotonicMs() + this.options.addTimeoutMs', 'monotonicMs() + 60_000'),
    spec: ADDING,
    red: ['tells the caller when an add cannot be written in time'],
  },
  {
    part: '2.3 adding: before the start',
    what: 'it waits for one',
    changes: change(
      'programma.ts',
      /if \(!this\.connecting\)\s+throw/,
      'while (!this.connecting) await new Promise((resolve) => setTimeout(resolve, 50));\n    if (!this.connecting) throw',
    ),
    spec: ADDING,
    red: ['is refused before the engine is started'],
  },
];
