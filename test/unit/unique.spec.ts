/** What makes two jobs the same: the key. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidJobError } from '../../lib/base/errors.js';
import { type JobConfig, specOf } from '../../lib/job/spec.js';
import { canonical, type Unique } from '../../lib/job/unique.js';

const keyOf = (unique: Unique, config: JobConfig = {}, topic = 'topic') =>
  specOf(topic, { ...config, unique }, { priority: 5, retryAfterSeconds: 30 }).unique?.key;

/** The same value, its objects' keys the other way round. */
const turned = (value: unknown): unknown => {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(turned);
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, turned(member)]),
  );
};

it('does not care for the order of an object’s keys, however deep', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(canonical(turned(value))).toBe(canonical(value));
      expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)));
      expect(keyOf({ by: ['data'] }, { data: { a: value, b: 1 } })).toBe(
        keyOf({ by: ['data'] }, { data: { b: 1, a: turned(value) } }),
      );
    }),
  );
});

it('keeps apart what differs: topics, values, kinds of values, and where they stand', () => {
  const keys = [
    keyOf({ key: '7' }),
    keyOf({ key: 7 }),
    keyOf({ key: '7' }, {}, 'another'),
    keyOf({ key: ['7'] }),
    keyOf({ key: [['data.a', '7']] }),
    keyOf({ by: ['data.a'] }, { data: { a: '7' } }),
    keyOf({ by: ['data.b'] }, { data: { b: '7' } }),
    keyOf({ by: ['data.a'] }, { data: { a: { b: null } } }),
    keyOf({ by: ['data.a.b', 'data.c'] }, { data: { a: {}, c: 1 } }),
    keyOf({ by: ['data.a.b', 'data.c'] }, { data: { a: { b: null }, c: 1 } }),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});

it('looks only at the places that by names, in whichever order it names them', () => {
  const one = keyOf({ by: ['data.a', 'attributes.t'] }, { data: { a: 1, x: 1 }, attributes: { t: 2 } });
  const other = keyOf({ by: ['attributes.t', 'data.a'] }, { data: { x: 2, a: 1 }, attributes: { t: 2, u: 3 } });
  expect(one).toBe(other);
});

it('reads a key as JSON will have it', () => {
  const at = new Date(0);
  expect(keyOf({ key: { at } })).toBe(keyOf({ key: { at: at.toISOString() } }));
});

it.each([
  ['nothing', {}, /say key or by/],
  ['both', { key: 1, by: ['data'] }, /say key or by/],
  ['a word nobody knows', { keys: 1 }, /nobody knows "keys" .did you mean "key"/],
  ['another conflict', { key: 1, onConflict: 'keep' }, /onConflict is one of ignore/],
  ['another while', { key: 1, while: 'running' }, /while is 'queued'/],
  ['no time', { key: 1, while: { seconds: 0 } }, /while is 'queued'/],
  ['no place', { by: [] }, /by is an array of places/],
  ['a place elsewhere', { by: ['topic'] }, /by is an array of places/],
  ['a place where nothing is', { by: ['data.user.id'] }, /has nothing at data.user.id/],
  ['no object', 'key', /unique is an object/],
])('refuses %s', (_, unique, message) => {
  const add = () => keyOf(unique as Unique, { data: { userId: 1 } });
  expect(add).toThrow(InvalidJobError);
  expect(add).toThrow(message);
});
