/** Breaks of what is promised about claiming: how much, in which order, and when. */
import { type Break, change, NOT_SOON, sql } from './break.js';

const CLAIMING = 'test/behaviour/claiming.spec.ts';
const STORE = 'test/store/claiming.spec.ts';
const CURSOR = 'test/unit/cursor.spec.ts';
const LIFE = 'test/behaviour/lifecycle.spec.ts';

export const CLAIMING_JOBS: readonly Break[] = [
  {
    part: '2.3 claiming: one statement for all topics',
    what: 'a statement asks for one topic',
    changes: change(
      'worker/claimer.ts',
      '.filter((handler) => handler.free > 0)',
      '.filter((handler) => handler.free > 0 && handler.more)\n      .slice(0, 1)',
    ),
    spec: CLAIMING,
    red: ['are claimed together, in one statement'],
  },
  {
    part: '2.3 claiming: sized to free places',
    what: 'a claim that was full is the last one until a place becomes free',
    changes: change('worker/claimer.ts', /if \(looks\.some\(.*handler\.free > 0\)\)\s+return 0;/, '').concat(NOT_SOON),
    spec: CLAIMING,
    red: ['is filled at once, also where it is more than a claim takes'],
  },
  {
    part: '2.3 claiming: sized to free places',
    what: 'a process asks for as many as it may have, however many it has',
    changes: change('worker/handler.ts', 'this.options.maxJobs - this.busy', 'this.options.maxJobs'),
    spec: CLAIMING,
    red: ['is never exceeded, and filled while there is work'],
  },
  {
    part: '2.3 claiming: sized to free places',
    what: 'a claim takes one more than there are places',
    changes: sql('claim-jobs', /limit w\.want/g, 'limit w.want + 1'),
    spec: CLAIMING,
    red: ['keeps what has no place in the queue'],
  },
  {
    part: '2.3 claiming: sized to free places',
    what: 'a topic gets as many as all topics have places',
    changes: sql('claim-jobs', /limit w\.want/g, 'limit (select sum(want) from wants)'),
    spec: STORE,
    red: ['gives each topic as many as it has places for'],
  },
  {
    part: '2.3 claiming: sized to free places',
    what: 'a place that becomes free wakes nobody',
    changes: change('worker/worker.ts', 'this.claimer.placeFreed(handler);', '').concat(NOT_SOON),
    spec: CLAIMING,
    red: ['is never exceeded, and filled while there is work'],
  },
  {
    part: '2.3 claiming: priority, then time, then id',
    what: 'the priority does not count within a claim',
    changes: change('job/record.ts', 'a.priority - b.priority || ', ''),
    spec: CLAIMING,
    red: ['is the same when all are claimed at once'],
  },
  {
    part: '2.3 claiming: priority, then time, then id',
    what: 'what is due longest does not come first',
    changes: sql('claim-jobs', 'order by q.run_after, q.id', 'order by q.run_after desc, q.id'),
    spec: CLAIMING,
    red: ['is priority, then time, then id'],
  },
  {
    part: '2.3 claiming: first in, first out',
    what: 'the jobs of a claim start in any order',
    changes: change(
      'job/record.ts',
      'a.priority - b.priority || a.runAfterMicros - b.runAfterMicros || (a.id < b.id ? -1 : 1)',
      '(a.id < b.id ? 1 : -1)',
    ),
    spec: CLAIMING,
    red: ['is first in, first out'],
  },
  {
    part: '2.3 claiming: woken in-process',
    what: 'an add wakes nobody in its own process',
    changes: change(
      'assembly.ts',
      /this\.hear\(hint\);\n(\s+if \(this\.options\.notify\) this\.announcer\.added)/,
      '$1',
    ),
    spec: CLAIMING,
    red: ['starts a job that is added in the same process at once'],
  },
  {
    part: '2.3 claiming: woken by NOTIFY',
    what: 'nobody is told of what was added',
    changes: change('notify/announcer.ts', /if \(messages\.length === 0\)\s+return;/, 'return;'),
    spec: CLAIMING,
    red: ['starts a job that another process adds at once'],
  },
  {
    part: '2.3 claiming: woken by NOTIFY',
    what: 'who is told does not look',
    changes: change(
      'assembly.ts',
      /if \(message\.kind === 'added'\)\s+this\.hear\(message\);/,
      "if (message.kind === 'added') return;",
    ),
    spec: CLAIMING,
    red: ['starts a job that another process adds at once'],
  },
  {
    part: '2.3 claiming: woken by NOTIFY',
    what: 'a channel is for all schemas, and a process takes every message for its own',
    changes: change(
      'notify/message.ts',
      'if (from === self) return undefined;',
      'if (from !== self) return undefined;',
    ),
    spec: CLAIMING,
    red: ['starts a job that another process adds at once'],
  },
  {
    part: '2.3 claiming: more right after some',
    what: 'it rests as if nothing had come',
    changes: change('worker/claimer.ts', 'heartBeatMs, soonMs', 'heartBeatMs'),
    spec: CLAIMING,
    red: ['starts what comes right after other jobs'],
  },
  {
    part: '2.3 claiming: timer to the next due job',
    what: 'a hint wakes only when the job is due by then',
    changes: change('worker/claimer.ts', 'hint.waitMs < handler.options.heartBeatMs) this', 'hint.waitMs <= 0) this'),
    spec: CLAIMING,
    red: [
      'starts a scheduled job within 50 ms of its moment',
      'starts a job that is due earlier than the one it waits for',
    ],
  },
  {
    part: '2.3 claiming: timer to the next due job',
    what: 'what is due later is told to nobody',
    changes: change('notify/announcer.ts', 'hint.waitMs > LONGEST_REST_MS', 'hint.waitMs > 0'),
    spec: CLAIMING,
    red: ['starts a scheduled job of another process within 50 ms'],
  },
  {
    part: '2.3 claiming: timer to the next due job',
    what: 'a claim that came back short says nothing about what comes',
    changes: change(
      'worker/claimer.ts',
      'Math.min(claimed.dueMs ?? Number.POSITIVE_INFINITY, heartBeatMs, soonMs)',
      'Math.min(heartBeatMs, soonMs)',
    ),
    spec: CLAIMING,
    red: ['what was scheduled before it came'],
  },
  {
    part: '2.3 claiming: timer to the next due job',
    what: 'the statement looks for it in one priority only',
    changes: sql(
      'claim-jobs',
      'from wants w, generate_series(0, 9) as lane(p)',
      'from wants w, generate_series(0, 4) as lane(p)',
    ),
    spec: STORE,
    red: ['says how long it is until the next job'],
  },
  {
    part: '2.3 claiming: never before its moment',
    what: 'the timer is trusted, and the clock of the database is not asked',
    changes: sql('claim-jobs', 'q.run_after <= now()', "q.run_after <= now() + interval '200 milliseconds'").concat(
      change(
        'worker/claimer.ts',
        'claimed.dueMs ?? Number.POSITIVE_INFINITY',
        '(claimed.dueMs ?? Number.POSITIVE_INFINITY) - 20',
      ),
    ),
    spec: CLAIMING,
    red: ['never starts a scheduled job before its moment'],
  },
  {
    part: '2.3 claiming: at last the heartBeat',
    what: 'the rest is a minute, whatever was said',
    changes: change('worker/claimer.ts', 'Math.min(...looks.map(', 'Math.max(60_000, ...looks.map('),
    spec: CLAIMING,
    red: ['is the longest rest between two looks'],
  },
  {
    part: '2.3 claiming: at last the heartBeat',
    what: 'an idle process looks ten times a second',
    changes: change('worker/claimer.ts', 'Math.min(...looks.map(', 'Math.min(100, ...looks.map('),
    spec: CLAIMING,
    red: ['is how rarely an idle process looks'],
  },
  {
    part: '2.3 claiming: a handler that comes late',
    what: 'nobody looks for what waits for it',
    changes: change(
      'programma.ts',
      'this.handlers.add(handler);\n    this.assembly?.handlerCame();',
      'this.handlers.add(handler);',
    ),
    spec: CLAIMING,
    red: ['takes what lay there before its handler came'],
  },
  {
    part: '2.3 claiming: a handler that comes late',
    what: 'nobody looks for what waits for it',
    changes: change(
      'programma.ts',
      'this.handlers.add(handler);\n    this.assembly?.handlerCame();',
      'this.handlers.add(handler);',
    ),
    spec: LIFE,
    red: ['that comes while the engine runs is woken for what waits'],
  },
  {
    part: '2.3 claiming: several processes',
    what: '`only` is not heard',
    changes: change('programma.ts', 'handler.resting = !worksOn(this.options.workers, name);', ''),
    spec: CLAIMING,
    red: ['leave alone what they were told not to work on'],
  },
  {
    part: '2.3 claiming: several processes',
    what: '`workers: false` is not heard',
    changes: change('programma.ts', 'handler.resting = !worksOn(this.options.workers, name);', '').concat(
      change('assembly.ts', /if \(this\.options\.workers !== false\)\s+/, ''),
    ),
    spec: CLAIMING,
    red: ['claim nothing when they have no workers'],
  },
  {
    part: '2.3 claiming: several processes',
    what: 'a claim takes what was claimed, too',
    changes: sql('claim-jobs', "where j.id = q.id and j.state = 'created'", 'where j.id = q.id').concat(
      sql('claim-jobs', 'from unqueued\n  group by lease', 'from due\n  group by lease'),
      sql('claim-jobs', 'from unqueued d join promised', 'from due d join promised'),
      sql('claim-jobs', 'where j.id = any(array(select id from unqueued)) and j.id = d.id', 'where j.id = d.id'),
      sql('claim-jobs', /for (no key )?update skip locked/g, ''),
    ),
    spec: CLAIMING,
    red: ['give each job to one of them'],
  },
  {
    part: '2.3 claiming: bounded walks',
    what: 'what commits late is passed by for ever',
    changes: change('worker/cursor.ts', /(mayWalk\(.*\{)/, '$1 return false;'),
    spec: CURSOR,
    red: ['walks without bound once a second'],
  },
  {
    part: '2.3 claiming: bounded walks',
    what: 'a hint does not move the cursor back',
    changes: change('worker/cursor.ts', /( {2}hear\(.*\{)/, '$1 return;'),
    spec: STORE,
    red: ['finds a job that commits late once its hint has been heard'],
  },
];
