/** Breaks of what is promised about completion, retries, timeouts and leases. */
import { type Break, change, sql } from './break.js';

const COMPLETION = 'test/behaviour/completion.spec.ts';
const HANDLER = 'test/unit/handler-options.spec.ts';
const RETRIES = 'test/behaviour/retries.spec.ts';
const LEASES = 'test/behaviour/leases.spec.ts';

export const OUTCOMES: readonly Break[] = [
  {
    part: '2.3 completion: auto',
    what: 'what a handler returns is forgotten',
    changes: change('job/outcome.ts', 'result: ending.value }', 'result: null }'),
    spec: COMPLETION,
    red: ['completes a job whose handler returns, with what it returned'],
  },
  {
    part: '2.3 completion: manual',
    what: 'it is auto',
    changes: change('job/outcome.ts', /if \(policy\.completion === 'manual'\)\s+return [^;]+;/, ''),
    spec: COMPLETION,
    red: ['puts a job back that its handler did not move', 'completes nothing by returning'],
  },
  {
    part: '2.3 completion: configuration',
    what: "the handler's own options beat it",
    changes: change(
      'options/resolve-handler.ts',
      'if (configured[key] !== undefined)',
      'if (configured[key] !== undefined && own[key] === undefined)',
    ),
    spec: HANDLER,
    red: ['lets configuration change every option of a handler', "is the configured one before the handler's own"],
  },
  {
    part: '2.3 retries: backoff',
    what: 'what a handler says of it is not heard',
    changes: change('job/outcome.ts', 'backoffSeconds(policy.backoff, ', 'backoffSeconds({}, '),
    spec: RETRIES,
    red: ['comes after the backoff of the handler', 'comes when a function of the attempt'],
  },
  {
    part: '2.3 retries: RetryAfterError',
    what: 'its seconds are not heard',
    changes: change('job/outcome.ts', /error instanceof RetryAfterError\s+\?/, 'false ?'),
    spec: RETRIES,
    red: ['comes when the error says so'],
  },
  {
    part: '2.3 retries: by themselves',
    what: 'nobody waits for the next attempt',
    changes: change('worker/worker.ts', 'new Settler(claims, parts.queued)', 'new Settler(claims, () => undefined)'),
    spec: RETRIES,
    red: ['comes by itself, in a process that is not woken otherwise'],
  },
  {
    part: '2.3 retries: attempts',
    what: 'one more than there may be',
    changes: change('job/outcome.ts', 'job.attempt >= job.maxAttempts', 'job.attempt > job.maxAttempts'),
    spec: RETRIES,
    red: ['when the attempts of the handler are spent', 'after twenty attempts in auto'],
  },
  {
    part: '2.3 retries: NonRetryableError',
    what: 'it is tried again',
    changes: change('job/outcome.ts', ' || error instanceof NonRetryableError', ''),
    spec: RETRIES,
    red: ['at once when its error says that no attempt can help'],
  },
  {
    part: '2.3 retries: errors',
    what: 'all of them are kept',
    changes: sql('settle-jobs', 'when jsonb_array_length(j.errors) >= 20', 'when jsonb_array_length(j.errors) >= 200'),
    spec: RETRIES,
    red: ['with its last twenty errors'],
  },
  {
    part: '2.3 snooze',
    what: 'it spends an attempt',
    changes: sql(
      'settle-jobs',
      "s.outcome in ('snoozed', 'released', 'deferred')",
      "s.outcome in ('released', 'deferred')",
    ),
    spec: RETRIES,
    red: ['spends no attempt'],
  },
  {
    part: '2.3 timeouts',
    what: 'a handler that goes on is not told of',
    changes: change('worker/attempt.ts', '!this.concluded && !this.outOfHand) this', 'false) this'),
    spec: LEASES,
    red: ['says that a handler goes on which ignores its signal'],
  },
  {
    part: '2.3 renewal',
    what: 'nobody renews',
    changes: change('worker/renewal.ts', 'this.renewing.wakeWithin(claim.leaseMs / 3);', ''),
    spec: LEASES,
    red: ['keeps a job whose handler takes longer than its lease'],
  },
];
