/** From what a handler did to what becomes of its job: the whole table. */
import { describe, expect, it } from '@jest/globals';
import {
  BrokerAwayError,
  JobTimeoutError,
  NonRetryableError,
  RetryAfterError,
  ShutdownError,
} from '../../lib/base/errors.js';
import { type Ending, faultOf, judge, MAX_RELEASES } from '../../lib/job/outcome.js';

const boom = new Error('boom');
const timeout = new JobTimeoutError('id', 'topic', 3);
const returned: Ending = { kind: 'returned', value: 42 };
const threw = (error: unknown): Ending => ({ kind: 'threw', error });
const aborted = (reason: unknown): Ending => ({ kind: 'aborted', reason });
const fresh = { attempt: 1, maxAttempts: 3, releases: 0 };
const spent = { attempt: 3, maxAttempts: 3, releases: 0 };
const endless = { attempt: 1_000, maxAttempts: null, releases: 0 };
const worn = { attempt: 1, maxAttempts: 3, releases: MAX_RELEASES };
class MyFatal extends NonRetryableError {}

describe('auto', () => {
  const policy = { completion: 'auto', backoff: { type: 'fixed', seconds: 9, jitter: false } } as const;
  it.each([
    ['completes what returned', fresh, returned, { kind: 'completed', result: 42 }],
    ['completes what returned at its last attempt', spent, returned, { kind: 'completed', result: 42 }],
    ['retries what threw', fresh, threw(boom), { kind: 'retried', afterSeconds: 9, error: boom }],
    ['retries for ever without a limit', endless, threw(boom), { kind: 'retried', afterSeconds: 9, error: boom }],
    ['fails what threw at its last attempt', spent, threw(boom), { kind: 'failed', error: boom }],
    ['retries what threw nothing', fresh, threw(undefined), { kind: 'retried', afterSeconds: 9, error: undefined }],
    ['retries what took too long', fresh, aborted(timeout), { kind: 'retried', afterSeconds: 9, error: timeout }],
    ['fails what took too long at its last attempt', spent, aborted(timeout), { kind: 'failed', error: timeout }],
    ['releases what a shutdown cut short', spent, aborted(new ShutdownError()), { kind: 'released' }],
    ['defers what a broker that is away cannot take', spent, threw(new BrokerAwayError('bull')), { kind: 'deferred' }],
  ])('%s', (_, job, ending, outcome) => {
    expect(judge(job, ending, policy)).toEqual(outcome);
  });

  it('fails at once what is not to be retried, also for errors of that family', () => {
    for (const error of [new NonRetryableError('no'), new MyFatal('no')])
      expect(judge(fresh, threw(error), policy)).toEqual({ kind: 'failed', error });
  });

  it('waits as long as RetryAfterError says', () => {
    expect(judge(fresh, threw(new RetryAfterError(77)), policy)).toMatchObject({ kind: 'retried', afterSeconds: 77 });
  });

  it('fails a RetryAfterError at its last attempt', () => {
    expect(judge(spent, threw(new RetryAfterError(77)), policy)).toMatchObject({ kind: 'failed' });
  });

  it('keeps a pause within what the database can add to now', () => {
    expect(judge(fresh, threw(new RetryAfterError(1e300)), policy)).toMatchObject({ afterSeconds: 1e9 });
  });

  it('spends an attempt of a job that has been through many shutdowns', () => {
    expect(judge(worn, aborted(new ShutdownError()), policy)).toMatchObject({ kind: 'retried', afterSeconds: 0 });
  });
});

describe('manual', () => {
  const policy = { completion: 'manual', backoff: {} } as const;
  it.each([
    ['takes back what returned unmoved', fresh, returned, { kind: 'unmoved', error: undefined }],
    ['takes back what threw, with its error', fresh, threw(boom), { kind: 'unmoved', error: boom }],
    ['takes back as often as needed without a limit', endless, returned, { kind: 'unmoved', error: undefined }],
    ['takes back what took too long', fresh, aborted(timeout), { kind: 'unmoved', error: timeout }],
    ['fails at its last attempt, with its error', spent, threw(boom), { kind: 'failed', error: boom }],
    ['releases what a shutdown cut short', fresh, aborted(new ShutdownError()), { kind: 'released' }],
  ])('%s', (_, job, ending, outcome) => {
    expect(judge(job, ending, policy)).toEqual(outcome);
  });

  it('says why it fails what returned unmoved at its last attempt', () => {
    const message = expect.stringContaining('without moving it');
    expect(judge(spent, returned, policy)).toMatchObject({ kind: 'failed', error: { message } });
  });
});

describe('an error in the record', () => {
  it('has name, message and stack', () => {
    const stack = expect.stringContaining('judge.spec');
    expect(faultOf(new TypeError('boom'))).toEqual({ name: 'TypeError', message: 'boom', stack });
  });

  it('names its cause', () => {
    expect(faultOf(new Error('outer', { cause: new Error('inner') })).message).toBe('outer (cause: inner)');
  });

  it('keeps 4 kB of its stack', () => {
    const error = new Error('deep');
    error.stack = 'x'.repeat(100_000);
    expect(faultOf(error).stack).toHaveLength(4_096);
  });

  it('is cleaned of what PostgreSQL cannot keep', () => {
    expect(faultOf(new Error('a\u0000b\ud800c')).message).toBe('a\uFFFDb\uFFFDc');
  });

  it.each([
    ['a text', 'no', 'no'],
    ['an object', { code: 7 }, '{"code":7}'],
    ['nothing', undefined, 'undefined'],
    ['what cannot be described', { toJSON: () => JSON.parse('{') }, 'an error that cannot be described'],
  ])('is made of %s, too', (_, thrown, message) => {
    expect(faultOf(thrown)).toEqual({ name: 'Error', message });
  });
});
