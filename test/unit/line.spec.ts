/** A connection to a broker, whatever becomes of it. */
import { expect, it } from '@jest/globals';
import { Line } from '../../lib/handoff/line.js';

it('leaves no rejection unheard when what is lost is still being opened', async () => {
  let refuse = (_: Error): void => undefined;
  const line = new Line<object>(
    () => new Promise((_, reject) => (refuse = reject)),
    () => undefined,
  );
  const unheard: unknown[] = [];
  const hear = (error: unknown) => void unheard.push(error);
  process.on('unhandledRejection', hear);
  const got = line.get().catch((error: Error) => error.message);
  line.lost({});
  refuse(new Error('PRECONDITION_FAILED'));
  expect(await got).toBe('PRECONDITION_FAILED');
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  process.off('unhandledRejection', hear);
  expect(unheard).toEqual([]);
});

it('closes what is left of a connection of which a part has ended', async () => {
  const ended: object[] = [];
  const line = new Line(
    () => ({}),
    (client) => ended.push(client),
  );
  const first = await line.get();
  line.lost(first);
  await new Promise((resolve) => setImmediate(resolve));
  expect(ended).toEqual([first]);
  expect(await line.get()).not.toBe(first);
});
