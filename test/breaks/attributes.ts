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
];
