/** Breaks of what holds when two statements meet on one job. */
import { type Break, change, sql } from './break.js';

const MEETING = 'test/store/interleavings.spec.ts';
const PAUSING = 'test/behaviour/reliability/pausing.spec.ts';

export const MEETINGS: readonly Break[] = [
  {
    part: 'claim × cancel',
    what: 'a claim waits for queue rows that somebody has locked',
    changes: sql(
      'claim-jobs',
      'order by q.run_after, q.id\n        for update skip locked',
      'order by q.run_after, q.id\n        for update',
    ),
    spec: MEETING,
    red: ['lets a claim pass by a job that is being cancelled', 'lets a claim pass by a job that is being put off'],
  },
  {
    part: 'claim × cancel',
    what: 'what came too late is not repeated',
    changes: change('store/moving.ts', "if (!yes(row, 'changed')) again.add(text(row, 'id'));\n        else if", 'if'),
    spec: MEETING,
    red: ['cancels a job that is being claimed'],
  },
  {
    part: 'claim × reschedule',
    what: 'the queue row is put off whatever has become of the job',
    changes: sql('reschedule-jobs', " and j.state = 'created'", ''),
    spec: MEETING,
    red: ['does not put off a job that was claimed meanwhile'],
  },
  {
    part: 'settle × broken claim',
    what: 'the breaker does not lock what it takes back',
    changes: sql('break-claims', /for (no key )?update skip locked/g, ''),
    spec: MEETING,
    red: ['does not take back a job whose outcome is being written'],
  },
  {
    part: 'settle × broken claim',
    what: 'an outcome is written whoever has the job',
    changes: sql('settle-jobs', "and j.claim_id = s.claim_id and j.state = 'active'", ''),
    spec: MEETING,
    red: [
      'refuses an outcome that waited for the breaking of its claim',
      'refuses an outcome that waited for a move by id',
    ],
  },
  {
    part: 'settle × broken claim',
    what: 'a claim whose row somebody has at its end is forgotten until the next one ends',
    changes: change('store/claims.ts', " || first.passed_by === 't'", ''),
    spec: 'test/store/breaking.spec.ts',
    red: ['is to be looked at again whose row somebody has'],
  },
  {
    part: 'moveJobToDone × settle',
    what: 'the verbs by id move finished jobs',
    changes: sql('move-jobs', "'processing')\n  order", "'processing', 'completed')\n  order"),
    spec: MEETING,
    red: ['does not move a job by id that was settled meanwhile', 'says of the second of two ends'],
  },
  {
    part: 'add × pause',
    what: 'a claim does not ask whether the topic rests',
    changes: sql('claim-jobs', 'and t.paused', 'and false'),
    spec: PAUSING,
    red: ['adds to a topic that is being paused', 'what an open transaction adds'],
  },
  {
    part: 'retention × retry',
    what: 'retention does not lock what it removes',
    changes: sql('remove-finished', 'for update skip locked', ''),
    spec: MEETING,
    red: ['does not remove a job that is being taken back'],
  },
  {
    part: 'retention × retry',
    what: 'retry answers what it saw, not what it moved',
    changes: sql(
      'retry-jobs',
      'as due_micros from moved',
      'as due_micros from programma.jobs where id = any($1::uuid[])',
    ),
    spec: MEETING,
    red: ['does not take a job back that was removed'],
  },
  {
    part: 'setRetryAfterSeconds × claim',
    what: 'a claim reads the lease without a lock',
    changes: sql(
      'claim-jobs',
      "and j.state = 'created'\n        for no key update skip locked",
      "and j.state = 'created'",
    ),
    spec: MEETING,
    red: ['claims a job for as long as it says when it is claimed'],
  },
  {
    part: 'setRetryAfterSeconds × claim',
    what: 'who says how long a job lasts takes it from its claim',
    changes: sql(
      'set-retry-after',
      'set retry_after_seconds = $2::float8',
      'set retry_after_seconds = $2::float8, claim_id = null',
    ),
    spec: MEETING,
    red: ['wait for the claim that takes it, and keeps both'],
  },
  {
    part: 'report × report, settle × settle',
    what: 'records are locked in the order in which they are named',
    changes: change('store/claims.ts', '[...of].sort((a, b) => (a.id < b.id ? -1 : 1))', '[...of]'),
    spec: 'test/store/interleavings.spec.ts',
    red: ['meets no deadlock with reports', 'meets no deadlock with outcomes'],
  },
];
