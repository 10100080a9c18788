/** Breaks of what is promised about callers' transactions, add_job, typed topics, unique jobs and the samples. */

const ORMS = 'test/transaction';
const AMBIENT = `${ORMS}/ambient.spec.ts`;
const ADD_JOB = 'test/behaviour/add-job.spec.ts';
const TYPED = 'test/behaviour/typed-topics.spec.ts';
const UNIQUE = 'test/behaviour/unique.spec.ts';
const WAYS = 'test/behaviour/unique-ways.spec.ts';
const MEETING = 'test/store/unique-adding.spec.ts';
const MIGRATION = '../migrations/0002-unique-keys-and-add-job.up.sql';

const change = (file: string, from: string | RegExp, to: string) => [{ file, from, to }];
const sql = (statement: string, from: string | RegExp, to: string) => change(`store/sql/${statement}.sql`, from, to);

/** The adds of a transaction are written beside it. */
const beside = change(
  'store/adding.ts',
  "await this.db.answerWithin(tx, this.sql['insert-jobs'], [true, ...jobs, this.channel])",
  "(await this.db.rows(this.sql['insert-jobs'], [false, ...jobs, null], 'callers'))[0].answer",
);
const specs = ['pg', 'typeorm', 'prisma', 'drizzle', 'knex', 'kysely', 'mikro-orm'].map(
  (orm) => `${ORMS}/${orm}.spec.ts`,
);

export const TRANSACTIONS = [
  ...specs.map((spec) => ({
    part: '1 transactions',
    what: 'the adds of a transaction are written beside it',
    changes: beside,
    spec,
    red: [
      'is not there when it rolls back',
      'goes with the savepoint',
      'wakes the workers at the commit',
      'refuses what is in no transaction',
    ],
  })),
  ...specs.map((spec) => ({
    part: '1 transactions',
    what: 'unique keys of a transaction are taken beside it',
    changes: change('verbs/unique-adding.ts', /if \(tx\)\s+return this\.inWaves/, 'if (false) return this.inWaves'),
    spec,
    red: ['holds a unique key from the commit on'],
  })),
  ...specs.map((spec) => ({
    part: '1 transactions',
    what: 'a job is completed whoever has it',
    changes: sql('complete-within', "j.claim_id = $3::uuid and j.state = 'active'", '$3::uuid is not null'),
    spec,
    red: ['rolls the effects back when the job is no longer'],
  })),
  ...specs.map((spec) => ({
    part: '1 transactions',
    what: 'a handler whose completion was rolled back has completed',
    changes: change(
      'worker/attempt.ts',
      "const rolledBack = this.completedWithin && ending.kind === 'returned';",
      'const rolledBack = false;',
    ),
    spec,
    red: ['leaves a job to its next attempt'],
  })),
  {
    part: '1 transactions',
    what: 'a cancellation is written beside the transaction',
    changes: change(
      'verbs/moving.ts',
      /if \(tx\)\s+return this\.store\.cancelWithin/,
      'if (false) return this.store.cancelWithin',
    ),
    spec: `${ORMS}/pg.spec.ts`,
    red: ['cancels when it commits, and not when it rolls back'],
  },
  {
    part: '1 wake-up',
    what: 'nobody is told of what was added in a transaction',
    changes: sql('insert-jobs', 'where channel.name is not null and', 'where false and'),
    spec: `${ORMS}/pg.spec.ts`,
    red: ['wakes the workers at the commit'],
  },
  {
    part: '1 refused',
    what: 'every executor is believed',
    changes: sql(
      'insert-jobs',
      /select not \$1::boolean or current_setting.* as yes/,
      'select $1::boolean is not null as yes',
    ),
    spec: `${ORMS}/mikro-orm.spec.ts`,
    red: ['refuses the connection of MikroORM', 'refuses what is in no transaction'],
  },
  {
    part: '1 refused',
    what: 'every executor is believed',
    changes: sql(
      'insert-jobs',
      /select not \$1::boolean or current_setting.* as yes/,
      'select $1::boolean is not null as yes',
    ),
    spec: AMBIENT,
    red: ['does not let the silent fallback of nestjs-cls go unnoticed'],
  },
  {
    part: '1 refused',
    what: 'a Pool is like any executor',
    changes: change('base/executor.ts', "if (typeof given.totalCount === 'number')", 'if (false)'),
    spec: `${ORMS}/pg.spec.ts`,
    red: ['refuses a Pool'],
  },
  {
    part: '1 refused',
    what: "MikroORM's connection is used",
    changes: change('transaction/mikro-orm.ts', 'em.execute(', 'em.getConnection().execute('),
    spec: `${ORMS}/mikro-orm.spec.ts`,
    red: ['is there when it commits'],
  },
  {
    part: '1 shapes',
    what: 'parameters keep their dollars',
    changes: change(
      'transaction/knex.ts',
      /const \[sql, bindings\] = questioned\(text, values\);/,
      'const [sql, bindings] = [text, values];',
    ),
    spec: `${ORMS}/knex.spec.ts`,
    red: ['is there when it commits'],
  },
  {
    part: '1 shapes',
    what: 'values come in another order',
    changes: change('transaction/prisma.ts', '...values)', '...values.toReversed())'),
    spec: `${ORMS}/prisma.spec.ts`,
    red: ['is there when it commits'],
  },
  {
    part: '1 shapes',
    what: 'values are left out',
    changes: change('transaction/kysely.ts', /^( +)parameters,$/m, '$1parameters: [],'),
    spec: `${ORMS}/kysely.spec.ts`,
    red: ['is there when it commits', 'takes what the callback of Kysely gets'],
  },
  {
    part: '1 shapes',
    what: "the DataSource's own connection is used",
    changes: change('transaction/typeorm.ts', 'tx.query(text, values)', '(tx.connection).query(text, values)'),
    spec: `${ORMS}/typeorm.spec.ts`,
    red: ['is there when it commits', 'takes a QueryRunner of TypeORM'],
  },
  {
    part: '1 ambient',
    what: 'the option transaction is not asked',
    changes: change('programma.ts', 'this.options.transaction?.()', 'undefined'),
    spec: AMBIENT,
    red: [
      'joins the transaction that its caller stands in',
      'joins with addJobs and cancelJob',
      'goes with the nested',
    ],
  },
  {
    part: '1 ambient',
    what: 'tx: null is like none said',
    changes: change('programma.ts', 'by?.tx === undefined', 'by?.tx == null'),
    spec: AMBIENT,
    red: ['not where tx is null'],
  },
  {
    part: '1 transactions',
    what: 'of many keys only the last is written',
    changes: change(
      'store/unique-adding.ts',
      "this.sql['undo-unsure'], [plain.text, ...given])",
      "this.sql['undo-unsure'], [plain.text, true, JSON.stringify(JSON.parse(document).slice(-1)), this.channel])",
    ),
    spec: `${ORMS}/pg.spec.ts`,
    red: ['holds many keys of one call'],
  },
  {
    part: '1 isolation',
    what: 'what PostgreSQL says of a transaction becomes something of ours',
    changes: change(
      'store/database.ts',
      '?? (await answerOf(tx, statement.text, values));',
      '?? (await answerOf(tx, statement.text, values).catch((e) => { throw new Error(String(e)); }));',
    ),
    spec: UNIQUE,
    red: ['works in repeatable read', 'works in serializable'],
  },
  {
    part: '2 add_job',
    what: 'it tells nobody',
    changes: change(MIGRATION, 'perform pg_notify(', 'perform concat('),
    spec: ADD_JOB,
    red: ['wakes a worker that rests'],
  },
  {
    part: '2 add_job',
    what: 'it checks no priority',
    changes: change(MIGRATION, 'when add_job.priority is null or add_job.priority not between 0 and 9', 'when false'),
    spec: ADD_JOB,
    red: ['refuses a bad priority'],
  },
  {
    part: '2 add_job',
    what: 'it reckons keys in another way',
    changes: change(MIGRATION, "'s' || add_job.unique_key", 'add_job.unique_key'),
    spec: ADD_JOB,
    red: ['meets the jobs of addJob'],
  },
  {
    part: '2 add_job',
    what: 'it adds no row to the queue',
    changes: change(MIGRATION, /insert into programma\.queue \(.*;/, ''),
    spec: ADD_JOB,
    red: ['wakes a worker that rests'],
  },
  {
    part: '3 typed topics',
    what: 'nothing is checked before it is written',
    changes: change(
      'verbs/adding.ts',
      /if \(hasSchema\(topic\)\)\s+await checkPayload\(topic, payloadOf\(spec\)\);/,
      '',
    ),
    spec: TYPED,
    red: ['refuses what does not fit, and writes nothing', 'checks a payload as its handler will see it'],
  },
  {
    part: '3 typed topics',
    what: 'a payload is checked as it was given',
    changes: change(
      'verbs/adding.ts',
      'await checkPayload(topic, payloadOf(spec))',
      'await checkPayload(topic, config.data)',
    ),
    spec: TYPED,
    red: ['checks a payload as its handler will see it'],
  },
  {
    part: '3 typed topics',
    what: 'nothing is checked before the handler',
    changes: change(
      'worker/attempt.ts',
      'if (checkedBy) void this.check(checkedBy);\n    else this.hand();',
      'this.hand();',
    ),
    spec: TYPED,
    red: ['gives its handler what the schema makes', 'fails a stored payload that does not fit at once'],
  },
  {
    part: '3 typed topics',
    what: 'a stored payload that does not fit is an attempt that failed',
    changes: change('worker/attempt.ts', "kind: 'refused', error }", "kind: 'threw', error }"),
    spec: TYPED,
    red: ['fails a stored payload that does not fit at once'],
  },
  {
    part: '3 typed topics',
    what: 'a schema that throws has judged',
    changes: change('worker/attempt.ts', 'this.end(error instanceof InvalidPayloadError', 'this.end(error'),
    spec: TYPED,
    red: ['tries again when a schema itself throws'],
  },
  {
    part: '3 typed topics',
    what: 'handlers of Nest are not checked',
    changes: change('programma.ts', 'topic instanceof Topic && topic.schema ? topic : undefined', 'undefined'),
    spec: 'test/nest/typed-topics.spec.ts',
    red: ['gives what the schema makes of the payload', 'gives a batch those that fit'],
  },
  {
    part: '4 unique, while',
    what: 'a key of what is queued is held while it runs',
    changes: sql('insert-unique-jobs', "or (held_while = 'unfinished' and state in", 'or (state in'),
    spec: WAYS,
    red: ['meets a job that runs'],
  },
  {
    part: '4 unique, while',
    what: 'a cancelled job holds its key for its seconds',
    changes: sql('insert-unique-jobs', " and state <> 'cancelled' then 'held'", " then 'held'"),
    spec: WAYS,
    red: ['meets a job that was cancelled'],
  },
  {
    part: '4 unique, while',
    what: 'add_job holds a key of what is queued while it runs',
    changes: change(MIGRATION, "or (there.held_while = 'unfinished' and was in", 'or (was in'),
    spec: WAYS,
    red: ['meets a job that runs'],
  },
  {
    part: '4 unique, onConflict',
    what: 'replace keeps the payload',
    changes: sql(
      'insert-unique-jobs',
      "data = case n.on_conflict when 'replace' then n.data else j.data end",
      'data = j.data',
    ),
    spec: WAYS,
    red: ['meets a job that waits'],
  },
  {
    part: '4 unique, onConflict',
    what: 'reschedule leaves the row in the queue where it was',
    changes: sql(
      'insert-unique-jobs',
      'set run_after = n.run_after, priority = case',
      'set run_after = q.run_after, priority = case',
    ),
    spec: UNIQUE,
    red: ['reschedules the job that waits: a debounce'],
  },
  {
    part: '4 unique, onConflict',
    what: 'what is rejected alone is left out of its group',
    changes: sql('insert-unique-jobs', "verdict in ('rejected', 'unsure')", "verdict in ('unsure')"),
    spec: UNIQUE,
    red: ['rejects, and writes nothing of its group'],
  },
  {
    part: '4 unique, onConflict',
    what: 'nobody is told of a job that was replaced',
    changes: sql('insert-unique-jobs', 'union all select topic, run_after from requeued', ''),
    spec: UNIQUE,
    red: ['wakes a worker that rests, when the replaced job is due'],
  },
  {
    part: '4 unique, at once',
    what: 'who was slower adds all the same',
    changes: sql(
      'insert-unique-jobs',
      's.id in (select job_id from inserted union all select job_id from taken)',
      'true',
    ),
    spec: UNIQUE,
    red: ['each of four processes', 'gives whoever waited for it the job of the transaction that commits'],
  },
  {
    part: '4 unique, at once',
    what: 'who comes second in a batch is told an id of his own',
    changes: change('verbs/unique-adding.ts', "became: 'duplicate', there }", "became: 'duplicate', there: spec.id }"),
    spec: UNIQUE,
    red: ['makes one job of two hundred adds at once, in this process'],
  },
  {
    part: '4 unique, at once',
    what: 'a key is taken over from whoever has it by then',
    changes: sql(
      'insert-unique-jobs',
      'where k.key = s.key and k.job_id = s.holder for update',
      'where k.key = s.key for update',
    ),
    spec: UNIQUE,
    red: ['takes a key over from exactly one'],
  },
  {
    part: '4 unique, at once',
    what: 'keys are taken in the order of their jobs',
    changes: sql('insert-unique-jobs', '  order by n.key\n', ''),
    spec: MEETING,
    red: ['takes its keys in one order'],
  },
  {
    part: '4 unique, at once',
    what: 'who is unsure keeps his locks',
    changes: change(MIGRATION, "raise exception 'unsure' using errcode = 'PU001';", 'null;'),
    spec: MEETING,
    red: ['gives back what it has locked'],
  },
  {
    part: '4 unique, key',
    what: "the order of an object's keys counts",
    changes: change('job/unique.ts', '.sort(([a], [b]) => (a < b ? -1 : 1))', ''),
    spec: 'test/unit/unique.spec.ts',
    red: ['does not care for the order'],
  },
  {
    part: '4 unique, key',
    what: 'a job that is there by its id meets its own key',
    changes: sql('insert-unique-jobs', "when itself is not null then 'itself'", "when false then 'itself'"),
    spec: UNIQUE,
    red: ['keeps a repeated add with its own id'],
  },
  {
    part: '4 unique, release',
    what: 'a key is held whatever became of its job',
    changes: sql(
      'insert-unique-jobs',
      /when held_until is null and \(state = 'created' or .*$/m,
      'when held_until is null',
    ),
    spec: UNIQUE,
    red: [
      'until it completes by hand',
      'until it is deleted by hand',
      'until its handler fails',
      'until its claim is broken',
    ],
  },
  {
    part: '4 unique, release',
    what: 'a key does not expire',
    changes: sql(
      'insert-unique-jobs',
      'when held_until > statement_timestamp() and',
      'when held_until is not null and',
    ),
    spec: UNIQUE,
    red: ['holds a key for seconds whatever becomes of the job'],
  },
  {
    part: '4 unique, release',
    what: 'keys of deleted jobs stay for ever',
    changes: sql('sweep-unique-keys', 'n.state is null or n.held_until', 'n.held_until'),
    spec: UNIQUE,
    red: ['sweeps keys whose jobs are over'],
  },
  {
    part: '4 unique, fuzz',
    what: 'the record of a job that is rescheduled keeps its time',
    changes: sql(
      'insert-unique-jobs',
      'set run_after = r.run_after, priority = r.priority,',
      'set priority = r.priority,',
    ),
    spec: 'test/store/fuzz.spec.ts',
    red: ['lose, double or strand no job'],
  },
  {
    part: '5 samples',
    what: 'a sample prints something else',
    changes: change('../docs/samples/unique/output.txt', 'true', 'yes'),
    spec: 'test/docs/samples.spec.ts',
    red: ['prints what its output.txt says: unique', 'stands in a page as it is, with what it prints: unique'],
  },
  {
    part: '5 samples',
    what: 'a sample is changed, and its page is not',
    changes: change('../docs/samples/outbox/main.ts', 'a bicycle', 'a book'),
    spec: 'test/docs/samples.spec.ts',
    red: ['stands in a page as it is, with what it prints: outbox', 'prints what its output.txt says: outbox'],
  },
  {
    part: '5 samples',
    what: 'a sample does not compile',
    changes: change('../docs/samples/unique/main.ts', 'await programma.shutdown();', 'await programma.shutdown(1);'),
    spec: 'test/docs/samples.spec.ts',
    red: ['prints what its output.txt says: debounce'],
  },
];
