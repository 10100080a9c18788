/** New names: many in a millisecond, in order, and never twice. */
import { describe, expect, it } from '@jest/globals';
import { validate, version } from 'uuid';
import { newId } from '../../lib/base/clock.js';

const many = () => Array.from({ length: 50_000 }, newId);

describe('a new id', () => {
  it('is a uuid of version 7 that carries the time', () => {
    const before = Date.now();
    const id = newId();
    expect(validate(id) && version(id)).toBe(7);
    const at = Number.parseInt(id.replace('-', '').slice(0, 12), 16);
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now() + 1);
  });

  it('only grows, however many are made in a millisecond', () => {
    const ids = many();
    // Not compared as arrays: the difference of two large ones takes minutes to print.
    expect(ids.findIndex((id, i) => i > 0 && id <= (ids[i - 1] ?? ''))).toBe(-1);
  });

  it('does not come twice, and its chance is not that of the one before', () => {
    const ids = many();
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(ids.map((id) => id.slice(-12))).size).toBe(ids.length);
  });
});
