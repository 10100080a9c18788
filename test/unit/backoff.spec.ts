/** The pause before the next attempt, in every form that a user may choose. */
import { expect, it } from '@jest/globals';
import { type Backoff, backoffSeconds } from '../../lib/job/backoff.js';

const pauses = (backoff: Backoff, random = 1): number[] =>
  [1, 2, 3, 4].map((attempt) => backoffSeconds(backoff, attempt, new Error('no'), () => random));

it('doubles by default, from five seconds', () => {
  expect(pauses({ jitter: false })).toEqual([5, 10, 20, 40]);
});

it('grows by the same step when linear', () => {
  expect(pauses({ type: 'linear', seconds: 3, jitter: false })).toEqual([3, 6, 9, 12]);
});

it('stays the same when fixed', () => {
  expect(pauses({ type: 'fixed', seconds: 7, jitter: false })).toEqual([7, 7, 7, 7]);
});

it('never exceeds its longest pause, also at the thousandth attempt', () => {
  expect(backoffSeconds({ seconds: 5, maxSeconds: 60, jitter: false }, 5_000, undefined)).toBe(60);
});

it('is an hour at the longest by default', () => {
  expect(backoffSeconds({ jitter: false }, 50, undefined)).toBe(3_600);
});

it('spreads each pause over its upper half by default', () => {
  expect([pauses({}, 0), pauses({}, 1)]).toEqual([
    [2.5, 5, 10, 20],
    [5, 10, 20, 40],
  ]);
});

it('takes an option that is undefined for one that is not given', () => {
  const said = { type: undefined, seconds: undefined, maxSeconds: undefined, jitter: false };
  expect(pauses(said)).toEqual([5, 10, 20, 40]);
});

it('asks a function with the attempt and its error', () => {
  const error = new Error('busy');
  expect(backoffSeconds((attempt, e) => attempt * 100 + (e === error ? 1 : 0), 3, error)).toBe(301);
});

it.each([
  ['throws', () => JSON.parse('{')],
  ['returns NaN', () => Number.NaN],
  ['returns Infinity', () => Number.POSITIVE_INFINITY],
  ['returns no number', () => '5' as unknown as number],
])('falls back to the default when a function %s', (_, backoff) => {
  expect(backoffSeconds(backoff, 2, undefined, () => 1)).toBe(10);
});

it('takes a negative answer of a function for at once', () => {
  expect(backoffSeconds(() => -5, 1, undefined)).toBe(0);
});
