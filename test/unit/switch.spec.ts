/** What was said last holds, whatever became of what was said before. */
import { expect, it } from '@jest/globals';
import { Switch } from '../../lib/base/switch.js';

it('can be started again when it could not be stopped', async () => {
  let starts = 0;
  const work = new Switch(
    () => void starts++,
    () => Promise.reject(new Error('stuck')),
  );
  await work.on();
  const off = work.off();
  const on = work.on();
  await expect(off).rejects.toThrow('stuck');
  await on;
  expect([starts, work.isOn]).toEqual([2, true]);
  await expect(work.off()).rejects.toThrow('stuck');
  await work.off();
  expect(work.isOn).toBe(false);
});
