/** Patterns that name several topics: `*` stands for any run of characters. */
import { expect, it } from '@jest/globals';
import { matches } from '../../lib/job/topic.js';

it.each([
  ['mail', 'mail', true],
  ['mail', 'mail.welcome', false],
  ['*', 'anything at all', true],
  ['mail.*', 'mail.welcome', true],
  ['mail.*', 'mail.', true],
  ['mail.*', 'mailbox', false],
  ['*.welcome', 'mail.welcome', true],
  ['*.welcome', 'mail.welcome.again', false],
  ['mail.*.de', 'mail.welcome.de', true],
  ['mail.*.de', 'mail.de', false],
  ['a*b*c', 'a-b-c', true],
  ['a*b*c', 'abc', true],
  ['a*b*c', 'acb', false],
  ['a*b*b', 'ab', false],
  ['**', '', true],
  ['ab*ba', 'aba', false],
  ['.*', 'mail', false],
  ['m?il', 'mail', false],
])('%s and %s: %s', (pattern, topic, fits) => {
  expect(matches(pattern, topic)).toBe(fits);
});

it('takes no longer for many stars than for few', () => {
  const started = process.hrtime.bigint();
  expect(matches(`${'*a'.repeat(40)}b`, 'a'.repeat(20_000))).toBe(false);
  expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(200);
});
