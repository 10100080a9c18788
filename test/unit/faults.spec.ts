/** What an error of the database means: which ones pass, which ones a connection does not survive. */
import { describe, expect, it } from '@jest/globals';
import { DatabaseUnavailableError, NonRetryableError } from '../../lib/base/errors.js';
import { breaksConnection, isAway, isPassing, isSilence, verdictOf } from '../../lib/store/faults.js';

const withCode = (code: string) => Object.assign(new Error('from the database'), { code });

describe('an error passes, and the same is written again', () => {
  it.each([
    ...['08000', '08001', '08003', '08004', '08006', '08007', '08P01', '53000', '53100', '53200', '53300', '53400'],
    ...['57P01', '57P02', '57P03', '57P04', '57P05', '25006', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNREFUSED'],
    ...['EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'ECONNABORTED'],
  ])('%s', (code) => {
    expect(verdictOf(withCode(code))).toBe('repeat');
    expect(isAway(withCode(code))).toBe(true);
  });

  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'Query read timeout',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
  ])('%s, for which pg has no code', (message) => expect(verdictOf(new Error(message))).toBe('repeat'));
});

describe('somebody else is in the way, and the halves wait aside', () => {
  it.each(['40001', '40P01', '55P03', '57014'])('%s', (code) => {
    expect(verdictOf(withCode(code))).toBe('aside');
    expect(isAway(withCode(code))).toBe(false);
  });
});

describe('its data are to blame, and the culprit is looked for by halving', () => {
  it.each(['22P02', '22001', '23505', '23514', '54000', '21000', 'P0001', ''])('%s', (code) => {
    expect(verdictOf(withCode(code))).toBe('halve');
  });

  it('an error of ours that is not about the database', () =>
    expect(verdictOf(new NonRetryableError('no'))).toBe('halve'));
});

it('reads the code of an error that was translated, and of an address with several answers', () => {
  const translated = new DatabaseUnavailableError('away', { cause: withCode('40P01') });
  expect(verdictOf(translated)).toBe('aside');
  expect(isPassing(new AggregateError([withCode('ECONNREFUSED'), withCode('ENETUNREACH')]))).toBe(true);
});

it('keeps a connection that answered with an error, and drops one that leads to a standby, a dying server or nowhere', () => {
  expect(['23505', '40001', '55P03', '57014'].map((code) => breaksConnection(withCode(code)))).toEqual(
    Array(4).fill(false),
  );
  expect(['25006', '57P01', '08006', 'ECONNRESET'].map((code) => breaksConnection(withCode(code)))).toEqual(
    Array(4).fill(true),
  );
});

it('takes only a missing answer for silence', () => {
  expect(isSilence(withCode('ETIMEDOUT'))).toBe(true);
  expect(isSilence(new Error('Query read timeout'))).toBe(true);
  expect(isSilence(withCode('ECONNRESET'))).toBe(false);
});
