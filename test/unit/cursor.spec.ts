/** Where the claims of a topic go on, and what moves them back. */
import { beforeEach, expect, it } from '@jest/globals';
import type { ClaimedJob } from '../../lib/job/record.js';
import { Cursor } from '../../lib/worker/cursor.js';

const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const job = (runAfterMicros: number, priority = 5, id = `id-${runAfterMicros}`) =>
  ({ id, priority, runAfterMicros }) as ClaimedJob;
const short = { unbounded: false, atMs: 0, tookMs: 1 };

let cursor: Cursor;
beforeEach(() => {
  cursor = new Cursor();
});
const lane = (priority: number) => {
  const { micros, ids } = cursor.position(false);
  return [micros[priority], ids[priority]];
};

it('goes on after the last job that a claim returned', () => {
  cursor.moved([job(100), job(200)], short);
  expect(lane(5)).toEqual([200, 'id-200']);
});

it('keeps a place of its own for each priority', () => {
  cursor.moved([job(300, 0), job(100, 9)], short);
  expect([lane(0), lane(9)]).toEqual([
    [300, 'id-300'],
    [100, 'id-100'],
  ]);
});

it('leaves a lane that returned nothing where it was', () => {
  cursor.moved([job(100)], short);
  cursor.moved([], short);
  expect(lane(5)).toEqual([100, 'id-100']);
});

it('goes back with a claim that returned earlier jobs', () => {
  cursor.moved([job(500)], short);
  cursor.moved([job(100)], short);
  expect(lane(5)).toEqual([100, 'id-100']);
});

it('moves back to a job that is told and lies before it', () => {
  cursor.moved([job(500)], short);
  cursor.hear(200);
  expect(lane(5)).toEqual([200, FIRST_ID]);
});

it('stays where it is for a job that is told and lies behind it', () => {
  cursor.moved([job(500)], short);
  cursor.hear(900);
  expect(lane(5)).toEqual([500, 'id-500']);
});

it('keeps what it hears while a claim is in flight', () => {
  cursor.position(false);
  cursor.hear(200);
  cursor.moved([job(500)], short);
  expect(lane(5)).toEqual([200, FIRST_ID]);
});

it('starts from the very beginning in a walk without bound', () => {
  cursor.moved([job(500)], short);
  expect(cursor.position(true).ids).toEqual(new Array(10).fill(FIRST_ID));
  expect(Math.max(...cursor.position(true).micros)).toBeLessThan(-6e16);
});

it('walks without bound at first', () => {
  expect(cursor.mayWalk(0)).toBe(true);
});

it('walks without bound once a second while walks are quick', () => {
  cursor.moved([], { unbounded: true, atMs: 5_000, tookMs: 2 });
  expect([cursor.mayWalk(5_999), cursor.mayWalk(6_000)]).toEqual([false, true]);
});

it('rests thirty times what a slow walk took', () => {
  cursor.moved([], { unbounded: true, atMs: 5_000, tookMs: 100 });
  expect([cursor.mayWalk(7_999), cursor.mayWalk(8_000)]).toEqual([false, true]);
});

it('does not walk because a bounded claim came back short', () => {
  cursor.moved([], { unbounded: true, atMs: 5_000, tookMs: 2 });
  cursor.moved([], { unbounded: false, atMs: 5_001, tookMs: 2 });
  expect(cursor.mayWalk(5_002)).toBe(false);
});

it('walks without bound when it is told to forget', () => {
  cursor.moved([], { unbounded: true, atMs: 5_000, tookMs: 2 });
  cursor.forget();
  expect(cursor.mayWalk(5_001)).toBe(true);
});
