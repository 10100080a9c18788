/** Breaks of what is promised about the verbs that move a job by its id. */
import { type Break, change, sql } from './break.js';

const MOVING = 'test/behaviour/moving.spec.ts';

export const MOVING_JOBS: readonly Break[] = [
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
    part: '2.3 retryJobs',
    what: 'those of other topics, too',
    changes: sql('failed-jobs', 'where j.topic = $1::text and', 'where j.topic >= $1::text and').concat(
      sql('failed-jobs', 'order by j.failed_at', 'order by j.topic, j.failed_at'),
    ),
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
];
