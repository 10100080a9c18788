/** Breaks of what is promised about the verbs that move a job by its id. */
import { type Break, change, sql } from './break.js';

const MOVING = 'test/behaviour/moving.spec.ts';

export const MOVING_JOBS: readonly Break[] = [
  {
    part: '2.3 verbs by id: moving',
    what: 'a running job is not moved',
    changes: sql('move-jobs', "j.state in ('created', 'active', 'processing')", "j.state in ('created', 'processing')"),
    spec: MOVING,
    red: ['is finished by moveJobToDone', 'is finished by cancelJob'],
  },
  {
    part: '2.3 verbs by id: moving',
    what: 'a job that is finished is moved again',
    changes: sql('move-to-processing', "j.state in ('created', 'active', 'processing')", "j.state <> 'cancelled'"),
    spec: MOVING,
    red: ['stays as it is: moveJobToProcessing answers false'],
  },
  {
    part: '2.3 verbs by id: moving',
    what: 'a queue row stays behind',
    changes: sql(
      'move-jobs',
      'unqueued as (\n  delete from programma.queue q where q.ctid = any(array(select tid from waiting)) returning q.id\n)',
      'unqueued as (select id from waiting)',
    ),
    spec: MOVING,
    red: ['is finished by moveJobToDone'],
  },
  {
    part: '2.3 verbs by id: moving',
    what: 'a plain true does not delete',
    changes: change(
      'job-verbs.ts',
      "typeof by === 'boolean' ? { delete: by } : by",
      "typeof by === 'boolean' ? {} : by",
    ),
    spec: MOVING,
    red: ['goes with its record by moveJobToDone(id, true)'],
  },
  {
    part: '2.3 verbs by id: moving',
    what: 'a finished job is not deleted',
    changes: change(
      'verbs/moving.ts',
      'states: readonly JobState[] = STATES',
      'states: readonly JobState[] = UNFINISHED',
    ).concat(change('verbs/moving.ts', 'delete(id, states = STATES)', 'delete(id, states = UNFINISHED)')),
    spec: MOVING,
    red: ['goes with its record by deleteJob'],
  },
  {
    part: '2.3 verbs by id: cancelJob',
    what: 'the handler is told at its next renewal only',
    changes: change(
      'assembly.ts',
      'private gone(ids: readonly string[]): void {',
      'private gone(ids: readonly string[]): void {\n    if (ids) return;',
    ),
    spec: MOVING,
    red: ['aborts the signal of its handler at once: cancelJob', 'aborts the signal of its handler at once: deleteJob'],
  },
  {
    part: '2.3 verbs by id: retryJob',
    what: 'it comes back with the attempts it has left',
    changes: sql('retry-jobs', 'attempts = 0, ', ''),
    spec: MOVING,
    red: ['takes a failed job back with all its attempts'],
  },
  {
    part: '2.3 verbs by id: retryJob',
    what: 'a completed job comes back as well',
    changes: sql('retry-jobs', "j.state in ('failed', 'cancelled')", "j.state in ('failed', 'cancelled', 'completed')"),
    spec: MOVING,
    red: ['leaves a completed job alone'],
  },
  {
    part: '2.3 verbs by id: retryJob',
    what: 'a job that is not finished is counted as taken back',
    changes: sql('retry-jobs', " and j.state in ('failed', 'cancelled')", ''),
    spec: MOVING,
    red: ['is not taken back by retryJob'],
  },
  {
    part: '2.3 retryJobs',
    what: 'those of other topics, too',
    changes: sql('failed-jobs', 'where j.topic = $1::text and', 'where j.topic >= $1::text and').concat(
      sql('failed-jobs', 'order by j.failed_at', 'order by j.topic, j.failed_at'),
    ),
    spec: MOVING,
    red: ['takes all failed jobs of a topic back with retryJobs'],
  },
  {
    part: '2.3 retryJobs',
    what: 'five hundred and no more',
    changes: change('verbs/moving.ts', 'total += count;', 'return count;'),
    spec: MOVING,
    red: ['takes all failed jobs of a topic back with retryJobs'],
  },
  {
    part: '2.3 verbs by id: in time',
    what: 'runJobNow wakes nobody',
    changes: change(
      'verbs/moving.ts',
      /if \(hint\)\s+this\.told\.queued\(hint\);\n(\s+return hint !== undefined)/,
      '$1',
    ),
    spec: MOVING,
    red: ['runs now with runJobNow'],
  },
  {
    part: '2.3 verbs by id: in time',
    what: 'the seconds win over the date',
    changes: change(
      'verbs/moving.ts',
      '...(runAfterDate !== undefined\n',
      '...(runAfterSeconds === undefined && runAfterDate !== undefined\n',
    ),
    spec: MOVING,
    red: ['gets another time with rescheduleJob, the date before the seconds'],
  },
  {
    part: '2.3 verbs by id: in time',
    what: 'another priority is a run now',
    changes: sql(
      'reschedule-jobs',
      "now() + s.delay * interval '1 second', h.run_after",
      "now() + coalesce(s.delay, 0) * interval '1 second', h.run_after",
    ),
    spec: MOVING,
    red: ['gets another priority with rescheduleJob, and keeps its time'],
  },
  {
    part: '2.3 verbs by id: in time',
    what: 'a negative delay is as good as any',
    changes: change('verbs/moving.ts', 'checkDelay(runAfterSeconds, where)', 'runAfterSeconds'),
    spec: MOVING,
    red: ['is refused a time that is none'],
  },
  {
    part: '2.3 verbs by id: nobody knows it',
    what: 'it answers true',
    changes: sql('set-attributes', 'returning j.id', 'returning $1::uuid as id').concat(
      change('store/moving.ts', /(async setAttributes[^{]*\{[\s\S]*?)return [^;]+;/, '$1return true;'),
    ),
    spec: MOVING,
    red: ['setAttributes answers for a job that nobody knows'],
  },
  {
    part: '2.3 the deadline of processing',
    what: 'nobody waits for it',
    changes: change(
      'worker/attempt.ts',
      /if \(timeoutSeconds !== undefined\)\s+this\.around\.leaseEnds\(timeoutSeconds \* 1_000\);/,
      '',
    ),
    spec: MOVING,
    red: ['brings the job back in the moment when it passes'],
  },
  {
    part: '2.3 the deadline of processing',
    what: 'nobody waits for one that was set by id',
    changes: change('assembly.ts', /if \(seconds !== undefined\)\s+this\.house\.leaseEnds\(seconds \* 1_000\);/, ''),
    spec: MOVING,
    red: ['brings the job back, too, when it was set by id'],
  },
  {
    part: '2.3 the deadline of processing',
    what: 'the first one stays',
    changes: sql(
      'move-to-processing',
      "j.state in ('created', 'active', 'processing')",
      "j.state in ('created', 'active')",
    ),
    spec: MOVING,
    red: ['is set anew by moving the job to processing again'],
  },
  {
    part: '2.3 the deadline of processing',
    what: 'none at all is a deadline',
    changes: change('job/handing-over.ts', 'timeoutSeconds > 0 && ', 'timeoutSeconds >= 0 && '),
    spec: MOVING,
    red: ['is refused when it is none'],
  },
];
