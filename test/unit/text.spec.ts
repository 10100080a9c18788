/** What the engine writes itself is cleaned, never refused: an outcome must not fail on its text. */
import { expect, it } from '@jest/globals';
import { clean, toCleanJson } from '../../lib/job/text.js';

const circle: Record<string, unknown> = {};
circle.self = circle;

it('makes U+FFFD of what PostgreSQL cannot keep in text', () => {
  expect(clean('a\u0000b\ud800c\udc00d😀')).toBe('a\uFFFDb\uFFFDc\uFFFDd😀');
});

it.each<[string, unknown, unknown]>([
  ['keeps what can be kept', { a: [1, 'ü', null] }, { a: [1, 'ü', null] }],
  ['makes null of undefined', undefined, null],
  ['cleans strings wherever they stand', { a: ['x\u0000', { b: '\ud800' }] }, { a: ['x\uFFFD', { b: '\uFFFD' }] }],
  ['cleans keys', { 'k\u0000': 1 }, { 'k\uFFFD': 1 }],
  ['cleans what stands beside a backslash', '\\\u0000\\u0000', '\\\uFFFD\\u0000'],
  ['writes a BigInt as text', { n: 12n }, { n: '12' }],
  ['makes null of a function', () => 1, null],
])('%s', (_, value, written) => {
  expect(JSON.parse(toCleanJson(value))).toEqual(written);
});

it.each<[string, unknown]>([
  ['a circle', circle],
  ['a toJSON that throws', { toJSON: () => JSON.parse('{') }],
  [
    'a toJSON that throws what cannot be told',
    {
      toJSON: () => {
        throw Object.create(null);
      },
    },
  ],
  ['more than 16 MB', 'x'.repeat(17 * 1024 * 1024)],
  ['too many levels', JSON.parse('['.repeat(2_000) + ']'.repeat(2_000))],
])('writes a note in the place of %s', (_, value) => {
  expect(JSON.parse(toCleanJson(value))).toEqual({ notKept: expect.stringMatching(/\w/) });
});
