/** What a lost answer may have promised, and how long it is looked for. */
import { expect, it } from '@jest/globals';
import { Unheard } from '../../lib/worker/unheard.js';

it('is looked for until a look has succeeded', async () => {
  const asked: (readonly string[])[] = [];
  let away = true;
  const unheard = new Unheard('worker', async (names) => {
    asked.push(names);
    if (away) throw new Error('away');
    return 1;
  });
  unheard.lost('worker');
  for (let n = 0; n < 20; n++) await expect(unheard.giveBack()).rejects.toThrow('away');
  away = false;
  expect(await unheard.giveBack()).toBe(1);
  expect(asked).toEqual(Array(21).fill(['worker']));
  expect(unheard.nextMs).toBeGreaterThan(0);
});

it('is looked for under every name that was lost, and nothing is claimed under one of them', async () => {
  const asked: (readonly string[])[] = [];
  const unheard = new Unheard('worker', async (names) => asked.push(names));
  const names = ['worker', 'worker.2', 'worker.3'];
  for (const name of names) {
    expect(unheard.name).toBe(name);
    unheard.lost(name);
    // The answer to another statement of that name is lost, too.
    unheard.lost(name);
  }
  expect(unheard.name).toBe('worker.4');
  await unheard.giveBack();
  expect(asked).toEqual([names]);
});
