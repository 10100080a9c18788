/** Natural batching: who shares a statement, what is repeated, halved and refused, and who is told that it is late. */
import { expect, it, jest } from '@jest/globals';
import { Batcher, type BatcherOptions, type Verdict } from '../../lib/base/batcher.js';
import { monotonicMs } from '../../lib/base/clock.js';

type Write = (items: readonly number[]) => Promise<readonly number[]>;
const twice: Write = async (items) => items.map((item) => item * 2);
const away: Write = () => Promise.reject(new Error('away'));

function aBatcher(write: Write = twice, patch: Partial<BatcherOptions<number, number>> = {}) {
  const written = jest.fn(write);
  const late = (item: number, cause: unknown) => new Error(`${item} is late`, { cause });
  const batcher = new Batcher<number, number>({ write: written, judge: (): Verdict => 'refuse', late, ...patch });
  return { batcher, batches: () => written.mock.calls.map(([items]) => items) };
}

/** A write that waits until it is let go. */
function held() {
  const open: (() => void)[] = [];
  const write: Write = (items) => new Promise((resolve) => open.push(() => resolve(items.map((item) => item * 2))));
  return { write, letGo: () => open.shift()?.(), taken: () => open.length };
}

const turns = async (n = 4) => {
  for (let i = 0; i < n; i++) await new Promise<void>((resolve) => setImmediate(resolve));
};
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

it('answers each caller with what belongs to it', async () => {
  const { batcher } = aBatcher();
  expect(await Promise.all([1, 2, 3].map((n) => batcher.add(n)))).toEqual([2, 4, 6]);
});

it('writes what is asked for in one turn together', async () => {
  const { batcher, batches } = aBatcher();
  await Promise.all(range(5).map((n) => batcher.add(n)));
  expect(batches()).toEqual([[0, 1, 2, 3, 4]]);
});

it('gathers what comes while a statement is in flight for the next one', async () => {
  const { write, letGo } = held();
  const { batcher, batches } = aBatcher(write);
  const all = [batcher.add(0)];
  await turns();
  all.push(batcher.add(1));
  await turns();
  all.push(batcher.add(2));
  letGo();
  await turns();
  letGo();
  await Promise.all(all);
  expect(batches()).toEqual([[0], [1, 2]]);
});

it('cuts a batch by number', async () => {
  const { batcher, batches } = aBatcher(twice, { maxItems: 2 });
  await Promise.all(range(5).map((n) => batcher.add(n)));
  expect(batches().map((batch) => batch.length)).toEqual([2, 2, 1]);
});

it('cuts a batch by bytes, and sends what is larger than that alone', async () => {
  const { batcher, batches } = aBatcher(twice, { maxBytes: 100 });
  await Promise.all([60, 60, 500, 30, 30].map((bytes, n) => batcher.add(n, bytes)));
  expect(batches()).toEqual([[0], [1], [2], [3, 4]]);
});

it('refuses the culprit alone when its data made the batch fail', async () => {
  const poison: Write = async (items) => (items.includes(5) ? Promise.reject(new Error('poison')) : items);
  const { batcher } = aBatcher(poison, { judge: () => 'halve' });
  const ends = await Promise.allSettled(range(9).map((n) => batcher.add(n)));
  expect(ends.flatMap((end, n) => (end.status === 'rejected' ? n : []))).toEqual([5]);
});

it('repeats a passing fault with the same items', async () => {
  let faults = 1;
  const flaky: Write = async (items) => (faults-- > 0 ? away(items) : items);
  const { batcher, batches } = aBatcher(flaky, { judge: () => 'repeat' });
  await Promise.all([batcher.add(1), batcher.add(2)]);
  expect(batches()).toEqual([
    [1, 2],
    [1, 2],
  ]);
});

it('tells a caller that it is late, with the last fault as the cause', async () => {
  const { batcher } = aBatcher(away, { judge: () => 'repeat' });
  const late = batcher.add(7, 0, monotonicMs() + 20);
  await expect(late).rejects.toMatchObject({ message: '7 is late', cause: { message: 'away' } });
});

it('does not write what no caller awaits any more', async () => {
  const { write, letGo } = held();
  const { batcher, batches } = aBatcher(write);
  const first = batcher.add(1);
  await turns();
  await expect(batcher.add(2, 0, monotonicMs() + 20)).rejects.toThrow('2 is late');
  letGo();
  await first;
  await turns();
  expect(batches()).toEqual([[1]]);
});

it('writes what lies behind a batch whose callers all gave up', async () => {
  const { write, letGo } = held();
  const { batcher, batches } = aBatcher(write, { maxItems: 2 });
  void batcher.add(1);
  await turns();
  const late = [2, 3].map((n) => batcher.add(n, 0, monotonicMs() + 20));
  void batcher.add(4);
  await Promise.allSettled(late);
  letGo();
  await turns();
  expect(batches()).toEqual([[1], [4]]);
  letGo();
});

it('refuses who comes when too many wait already', async () => {
  const { batcher } = aBatcher(twice, { maxWaiting: 2, full: (waiting) => new Error(`${waiting} wait`) });
  const two = [batcher.add(1), batcher.add(2)];
  await expect(batcher.add(3)).rejects.toThrow('2 wait');
  expect(await Promise.all(two)).toEqual([2, 4]);
});

it('writes as many statements at once as it has lanes', async () => {
  const { write, letGo, taken } = held();
  const { batcher } = aBatcher(write, { lanes: 2, maxItems: 1 });
  const all = range(3).map((n) => batcher.add(n));
  await turns();
  expect(taken()).toBe(2);
  for (const _ of range(3)) {
    letGo();
    await turns();
  }
  await Promise.all(all);
});

it('shares out among its free lanes what waits, to none of them less than is worth it', async () => {
  const { write, letGo, taken } = held();
  const { batcher, batches } = aBatcher(write, { lanes: 2, leastShare: 3 });
  const all = [range(4), range(7), range(9)].map(async (items, i) => {
    for (let n = 0; n < i; n++) await turns();
    return Promise.all(items.map((n) => batcher.add(n)));
  });
  await turns(20);
  expect(batches().map(({ length }) => length)).toEqual([3, 1]);
  letGo();
  await turns();
  // One lane is free: it takes all that waits.
  expect(batches().map(({ length }) => length)).toEqual([3, 1, 16]);
  while (taken() > 0) {
    letGo();
    await turns();
  }
  await Promise.all(all);
});

it('shares out once, however soon the first of the lanes is answered', async () => {
  const { batcher, batches } = aBatcher(twice, { lanes: 2, leastShare: 4 });
  await Promise.all(range(10).map((n) => batcher.add(n)));
  expect(batches().map((batch) => batch.length)).toEqual([5, 5]);
});

it('is drained when everything is answered', async () => {
  const { write, letGo } = held();
  const { batcher } = aBatcher(write);
  void batcher.add(1);
  const drained = jest.fn();
  const draining = batcher.drained().then(drained);
  await turns();
  expect(drained).not.toHaveBeenCalled();
  letGo();
  await draining;
});

it('refuses instead of repeating once it has given up', async () => {
  const { batcher } = aBatcher(away, { judge: () => 'repeat' });
  const asked = batcher.add(1);
  await turns();
  batcher.giveUp();
  await expect(asked).rejects.toThrow('away');
});
