/** Breaks of what is promised about completion, retries, timeouts and leases. */
import { type Break, change, sql } from './break.js';

const COMPLETION = 'test/behaviour/completion.spec.ts';
const HANDLER = 'test/unit/handler-options.spec.ts';
const RETRIES = 'test/behaviour/retries.spec.ts';
const BACKOFF = 'test/unit/backoff.spec.ts';
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
    part: '2.3 completion: auto',
    what: 'a throw completes, too',
    changes: change(
      'job/outcome.ts',
      /if \(ending\.kind === 'returned'\)\s+return \{ kind: 'completed', result: ending\.value \};/,
      "return { kind: 'completed', result: ending.value };",
    ),
    spec: COMPLETION,
    red: ['tries a job again whose handler throws', 'keeps the error of an attempt that failed'],
  },
  {
    part: '2.3 completion: auto',
    what: 'a result that cannot be kept is an error',
    changes: change('worker/settler.ts', /toCleanJson\(/g, 'JSON.stringify('),
    spec: COMPLETION,
    red: ['completes a job whose result cannot be kept'],
  },
  {
    part: '2.3 completion: manual',
    what: 'it is auto',
    changes: change('job/outcome.ts', /if \(policy\.completion === 'manual'\)\s+return [^;]+;/, ''),
    spec: COMPLETION,
    red: ['puts a job back that its handler did not move', 'completes nothing by returning'],
  },
  {
    part: '2.3 completion: manual',
    what: 'it comes back at once',
    changes: sql(
      'settle-jobs',
      "when 'unmoved' then j.started_at + j.retry_after_seconds * interval '1 second'",
      "when 'unmoved' then now()",
    ),
    spec: COMPLETION,
    red: ['puts a job back that its handler did not move, due retryAfterSeconds'],
  },
  {
    part: '2.3 completion: manual',
    what: 'what the handler has set does not count',
    changes: sql(
      'settle-jobs',
      'j.started_at + j.retry_after_seconds',
      'j.started_at + (select c.lease from programma.claims c where c.id = j.claim_id)',
    ),
    spec: COMPLETION,
    red: ['counts the retryAfterSeconds that the handler itself has set'],
  },
  {
    part: '2.3 completion: manual',
    what: 'the error is not kept',
    changes: change('job/outcome.ts', "{ kind: 'unmoved', error }", "{ kind: 'unmoved', error: undefined }"),
    spec: COMPLETION,
    red: ['puts it back with its error when the handler throws'],
  },
  {
    part: '2.3 completion: manual',
    what: 'its limit is not heard',
    changes: change('job/outcome.ts', 'return spent ? {', 'return false ? {'),
    spec: COMPLETION,
    red: ['fails at the limit that it is given'],
  },
  {
    part: '2.3 completion: manual',
    what: 'it has twenty attempts, as auto has',
    changes: change(
      'options/resolve-handler.ts',
      "(mode === 'auto' ? DEFAULTS.maxAttempts : null)",
      'DEFAULTS.maxAttempts',
    ),
    spec: HANDLER,
    red: ['has twenty attempts in auto and no limit in manual'],
  },
  {
    part: "2.3 completion: a handler's word",
    what: 'neither the process nor the statement refuses a second word',
    changes: change(
      'worker/attempt.ts',
      /if \(this\.outOfHand \|\| this\.concluded\)(\s+)throw/,
      'if (this.concluded)$1throw',
    ).concat(sql('settle-jobs', "and j.claim_id = s.claim_id and j.state = 'active'", 'and j.claim_id = s.claim_id')),
    spec: COMPLETION,
    red: ['comes after the job is out of hand: it is refused'],
  },
  {
    part: "2.3 completion: a handler's word",
    what: 'it is told before it is written',
    changes: change(
      'worker/attempt.ts',
      'const { answer } = await this.around.settler.settle(',
      'void this.around.settler.settle(this.claimed, outcome, true, () => this.by());\n      const { answer } = await Promise.resolve({ answer: "accepted" }, ',
    ),
    spec: COMPLETION,
    red: ['is in the database when its promise resolves'],
  },
  {
    part: "2.3 completion: a handler's word",
    what: 'any snooze will do',
    changes: change(
      'worker/attempt.ts',
      'if (!Number.isFinite(seconds) || seconds < 0 || seconds > 1e9)',
      'if (false)',
    ),
    spec: COMPLETION,
    red: ['is refused when it cannot be: a snooze without a time'],
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
    part: '2.3 completion: configuration',
    what: 'the wider pattern has the last word',
    changes: change(
      'options/resolve-handler.ts',
      "Number(b.includes('*')) - Number(a.includes('*')) || a.length - b.length",
      'b.length - a.length',
    ),
    spec: HANDLER,
    red: ['lets the narrower pattern have the last word'],
  },
  {
    part: '2.3 retries: backoff',
    what: 'what a handler says of it is not heard',
    changes: change('job/outcome.ts', 'backoffSeconds(policy.backoff, ', 'backoffSeconds({}, '),
    spec: RETRIES,
    red: ['comes after the backoff of the handler', 'comes when a function of the attempt'],
  },
  {
    part: '2.3 retries: backoff',
    what: 'the first pause is a minute',
    changes: change('job/backoff.ts', "type: 'exponential', seconds: 5", "type: 'exponential', seconds: 60"),
    spec: RETRIES,
    red: ['comes after five seconds or a little less'],
  },
  {
    part: '2.3 retries: backoff',
    what: 'it does not grow',
    changes: change('job/backoff.ts', '2 ** Math.min(attempt - 1, 1_000)', '2 ** 0'),
    spec: BACKOFF,
    red: ['doubles by default'],
  },
  {
    part: '2.3 retries: backoff',
    what: 'it grows without end',
    changes: change('job/backoff.ts', 'Math.min(seconds * factor, maxSeconds)', 'seconds * factor'),
    spec: BACKOFF,
    red: ['never exceeds its longest pause'],
  },
  {
    part: '2.3 retries: backoff',
    what: 'nothing is spread',
    changes: change('job/backoff.ts', 'pause / 2 + (pause / 2) * random()', 'pause'),
    spec: BACKOFF,
    red: ['spreads each pause over its upper half'],
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
    part: '2.3 retries: attempts',
    what: 'those of the handler count before its own',
    changes: sql('claim-jobs', 'coalesce(j.max_attempts, d.max_attempts)', 'coalesce(d.max_attempts, j.max_attempts)'),
    spec: RETRIES,
    red: ['when its own attempts are spent'],
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
    part: '2.3 timeouts',
    what: 'who goes on gives his place back',
    changes: change(
      'worker/worker.ts',
      'attempt.run();',
      'attempt.signal.addEventListener("abort", () => this.free(attempt.handler));\n    attempt.run();',
    ),
    spec: LEASES,
    red: ['keeps the place of a handler until it ends'],
  },
  {
    part: '2.3 renewal',
    what: 'nobody renews',
    changes: change('worker/renewal.ts', 'this.renewing.wakeWithin(Math.min(claim.leaseMs / 3, leftMs / 2));', ''),
    spec: LEASES,
    red: ['keeps a job whose handler takes longer than its lease'],
  },
  {
    part: '2.3 renewal',
    what: 'a renewal does not say what is lost',
    changes: change(
      'worker/renewal.ts',
      'for (const { id, why } of gone) for (const claim of held) claim.attempts.get(id)?.gone(why);',
      'void gone;',
    ),
    spec: LEASES,
    red: ['is told through its signal at the next renewal'],
  },
];
