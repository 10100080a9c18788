/** Breaks of what is promised about pausing, and about what statements cost. */
import { type Break, change, NOT_SOON, sql } from './break.js';

const LOOKING = 'test/behaviour/looking.spec.ts';
const HOT = 'test/store/plans/hot.spec.ts';
const STATISTICS = 'test/store/plans/statistics.spec.ts';
const FUZZ = 'test/store/fuzz.spec.ts';

export const PLANS: readonly Break[] = [
  {
    part: '2.3 pausing: fleet-wide',
    what: 'a topic that rests is claimed',
    changes: sql('claim-jobs', 't.topic = w.topic and t.paused', 't.topic = w.topic and false'),
    spec: LOOKING,
    red: ['is claimed by no process until it goes on'],
  },
  {
    part: '2.3 pausing: fleet-wide',
    what: 'only this process is told that it goes on',
    changes: change('assembly.ts', /if \(this\.options\.notify\)\s+this\.announcer\.resumed\(topic\);/, '').concat(
      NOT_SOON,
    ),
    spec: LOOKING,
    red: ['goes on at once everywhere'],
  },
  {
    part: '2.3 pausing: fleet-wide',
    what: 'what runs is cancelled',
    changes: change(
      'job-verbs.ts',
      'return (await this.ready()).topics.pause(checkTopic(topic), true);',
      "const { jobs } = await this.listJobs({ topic, state: 'active' });\n    for (const { id } of jobs) await this.cancelJob(id);\n    return (await this.ready()).topics.pause(checkTopic(topic), true);",
    ),
    spec: LOOKING,
    red: ['lets what runs go on'],
  },
  {
    part: '2.3 pausing: fleet-wide',
    what: 'it answers true whatever it changed',
    changes: sql('pause-topic', 'where t.paused <> excluded.paused', 'where true'),
    spec: LOOKING,
    red: ['answers false when it rests already'],
  },
  {
    part: '2.3 pausing: kept in the database',
    what: 'a process that starts lets everything go on',
    changes: change(
      'assembly.ts',
      'this.waiting.start();',
      'for (const { topic } of await this.topics.list()) await this.topics.pause(topic, false);\n      this.waiting.start();',
    ),
    spec: LOOKING,
    red: ['still rests after a restart'],
  },
  {
    part: '2.5 plans: HOT',
    what: 'a page has no room for a second version of its rows',
    changes: change('../migrations/0001-jobs.up.sql', 'fillfactor = 45', 'fillfactor = 100'),
    spec: HOT,
    red: ['claims jobs with HOT updates only'],
  },
  {
    part: '2.5 plans: HOT',
    what: 'an index names what changes at each claim',
    changes: change(
      '../migrations/0001-jobs.up.sql',
      'create index jobs_failed ',
      'create index jobs_started     on programma.jobs (topic, started_at);\ncreate index jobs_failed ',
    ),
    spec: HOT,
    red: ['claims jobs with HOT updates only'],
  },
  {
    part: '2.5 plans: HOT',
    what: 'an index holds the progress',
    changes: change(
      '../migrations/0001-jobs.up.sql',
      'create index jobs_failed ',
      'create index jobs_progress    on programma.jobs (topic) where progress is not null;\ncreate index jobs_failed ',
    ),
    spec: HOT,
    red: ['writes progress with HOT updates only'],
  },
  {
    part: '2.5 plans: HOT',
    what: 'a renewal writes the jobs, too',
    changes: sql(
      'renew-claims',
      'renewed as (',
      'touched as (update programma.jobs j set started_at = now() where j.id = any($2::uuid[])),\nrenewed as (',
    ),
    spec: HOT,
    red: ['renews claims without writing a row of jobs'],
  },
  {
    part: '2.5 plans: planned once',
    what: 'the server decides, and plans each claim anew',
    changes: change('store/own-pool.ts', " ('plan_cache_mode', 'force_generic_plan'),", ''),
    spec: STATISTICS,
    red: ['plans none of them anew'],
  },
  {
    part: '2.5 plans: statistics',
    what: 'a look by id may become a join with all jobs',
    changes: sql('break-claims', /limit 1\n/, '\n')
      .concat(sql('renew-claims', /limit 1 {2}--.*\n/, ''))
      .concat(change('store/own-pool.ts', /\('enable_seqscan.*\n/, '')),
    spec: STATISTICS,
    red: ['renew-claims serves two hundred jobs'],
  },
  {
    part: '2.5 fuzz: invariants',
    what: 'a claim does not lock the record',
    changes: sql(
      'claim-jobs',
      "where j.id = q.id and j.state = 'created'\n        for no key update skip locked",
      "where j.id = q.id and j.state = 'created'",
    ),
    spec: FUZZ,
    red: ['lets random verbs on a dozen connections'],
  },
  {
    part: '5 the server counts each statement under its name',
    what: 'the name stands before the statement, where PostgreSQL 18 leaves it out',
    changes: change(
      'store/statements.ts',
      /const named = .*;/,
      "const named = '/* programma:' + name + ' */ ' + bare;",
    ),
    spec: 'test/store/names.spec.ts',
    red: ['are counted by the server under their names'],
  },
];
