/** Breaks of what is promised about attributes, progress and waiting for a job. */
import { type Break, change, sql } from './break.js';

const ATTRIBUTES = 'test/behaviour/attributes.spec.ts';

export const ATTRIBUTES_AND_WAITING: readonly Break[] = [
  {
    part: '2.3 attributes',
    what: 'they are replaced by the key that is added',
    changes: sql('set-attributes', "coalesce(j.attributes, '{}') || $2::jsonb", '$2::jsonb'),
    spec: ATTRIBUTES,
    red: ['get one key more with addToAttributes', 'lose no key when many are added'],
  },
  {
    part: '2.3 attributes',
    what: 'a key is added to what was read before',
    changes: sql(
      'set-attributes',
      "coalesce(j.attributes, '{}') ||",
      "coalesce((select x.attributes from programma.jobs x where x.id = $1::uuid), '{}') ||",
    ),
    spec: ATTRIBUTES,
    red: ['lose no key when many are added at once'],
  },
  {
    part: '2.3 attributes',
    what: 'setAttributes adds',
    changes: sql('set-attributes', 'when $3::boolean then', 'when $3::boolean and false then'),
    spec: ATTRIBUTES,
    red: ['are replaced as a whole with setAttributes'],
  },
  {
    part: '2.3 attributes',
    what: 'those of finished jobs stay',
    changes: sql('set-attributes', 'where j.id = $1::uuid and', 'where j.id = $1::uuid and j.finished_at is null and'),
    spec: ATTRIBUTES,
    red: ['change in finished jobs, too'],
  },
  {
    part: '2.3 attributes',
    what: 'an error is {}',
    changes: change('job/spec.ts', 'toJson(withErrorsToRead(attributes),', 'toJson(attributes,'),
    spec: ATTRIBUTES,
    red: ['keep an error as people read it'],
  },
  {
    part: '2.3 attributes',
    what: 'an array will do',
    changes: change('job/spec.ts', ' || Array.isArray(attributes))\n', ')\n').concat(
      change('job/spec.ts', "if (json[0] !== '{')", 'if (false)'),
    ),
    spec: ATTRIBUTES,
    red: ['stay as they are when they are given no object'],
  },
  {
    part: '2.3 attributes: the fence',
    what: "they are set however long the job is out of its handler's hand",
    changes: change(
      'worker/attempt.ts',
      /(const json = attributesJson\(attributes, .*\);\s+)this\.checkInHand\(\);/,
      '$1',
    ).concat(sql('set-attributes', /and \(\$4::uuid is null or .*\)\)/, 'and ($4::uuid is null or true)')),
    spec: ATTRIBUTES,
    red: ['are set by the handler, and refused once'],
  },
  {
    part: '2.3 progress',
    what: 'it is not written while the handler runs',
    changes: sql('report-progress', 'set progress = s.progress', 'set progress = j.progress'),
    spec: ATTRIBUTES,
    red: ['is seen from elsewhere while the handler runs', 'is what was said last'],
  },
  {
    part: '2.3 progress',
    what: 'of several reports the first one counts',
    changes: change('worker/words.ts', 'new Map(items.map(', 'new Map(items.toReversed().map('),
    spec: ATTRIBUTES,
    red: ['is what was said last'],
  },
  {
    part: '2.3 progress',
    what: 'it is not cleaned',
    changes: change(
      'worker/attempt.ts',
      'toCleanJson(value), () => this.by()',
      'JSON.stringify(value), () => this.by()',
    ),
    spec: ATTRIBUTES,
    red: ['is cleaned, not refused'],
  },
  {
    part: '2.3 setRetryAfterSeconds',
    what: 'it sets nothing',
    changes: sql(
      'set-retry-after',
      'set retry_after_seconds = $2::float8',
      'set retry_after_seconds = greatest(j.retry_after_seconds, $2::float8 / 3)',
    ),
    spec: ATTRIBUTES,
    red: ['sets the lease of the next claim'],
  },
  {
    part: '2.3 setRetryAfterSeconds',
    what: 'a lease under a second is left to the database',
    changes: change('verbs/moving.ts', /checkLease\(seconds, .*?\)\)/, 'seconds)'),
    spec: ATTRIBUTES,
    red: ['refuses a lease under a second'],
  },
  {
    part: '2.3 waitForJob',
    what: 'it looks once, and then hears of its own process only',
    changes: change('verbs/waiting.ts', 'const FIRST_PAUSE_MS = 20;', 'const FIRST_PAUSE_MS = 600_000;'),
    spec: ATTRIBUTES,
    red: ['resolves in a process that does not run the job'],
  },
  {
    part: '2.3 waitForJob',
    what: 'it does not look when it is called',
    changes: change('verbs/waiting.ts', 'lookMs: now,', 'lookMs: Number.POSITIVE_INFINITY,'),
    spec: ATTRIBUTES,
    red: ['resolves at once for a job that has finished already'],
  },
  {
    part: '2.3 waitForJob',
    what: 'a job that was deleted is waited for',
    changes: change('verbs/waiting.ts', 'if (!states.has(waiter.id))', 'if (false)'),
    spec: ATTRIBUTES,
    red: ['rejects when the job is deleted meanwhile'],
  },
  {
    part: '2.3 waitForJob',
    what: 'a shutdown leaves everybody waiting',
    changes: change('verbs/waiting.ts', 'waiter.reject(new NotRunningError(', 'void (new NotRunningError('),
    spec: ATTRIBUTES,
    red: ['rejects when the engine is shut down'],
  },
];
