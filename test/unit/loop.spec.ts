/** Rounds that follow each other: rest, wake, fail, stop. */
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Loop } from '../../lib/base/loop.js';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick'] });
});
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
const rests = (ms: number) => async () => ms;
const fails = () => Promise.reject(new Error('no'));
const forEver = Number.POSITIVE_INFINITY;

function aLoop(tick: () => Promise<number>) {
  const ticked = jest.fn(tick);
  const failed = jest.fn();
  return { ticked, failed, loop: new Loop(ticked, failed) };
}

it('begins with a round at once', async () => {
  const { loop, ticked } = aLoop(rests(forEver));
  loop.start();
  await pass(0);
  expect(ticked).toHaveBeenCalledTimes(1);
});

it('rests as long as the round says', async () => {
  const { loop, ticked } = aLoop(rests(1_000));
  loop.start();
  await pass(999);
  expect(ticked).toHaveBeenCalledTimes(1);
  await pass(2);
  expect(ticked).toHaveBeenCalledTimes(2);
});

it('is woken out of its rest', async () => {
  const { loop, ticked } = aLoop(rests(forEver));
  loop.start();
  await pass(0);
  loop.wake();
  await pass(0);
  expect(ticked).toHaveBeenCalledTimes(2);
});

it('shortens its rest and never lengthens it', async () => {
  const { loop, ticked } = aLoop(rests(1_000));
  loop.start();
  await pass(0);
  loop.wakeWithin(200);
  loop.wakeWithin(5_000);
  await pass(201);
  expect(ticked).toHaveBeenCalledTimes(2);
});

it('does not sleep over what is said during a round', async () => {
  const { loop, ticked } = aLoop(async () => {
    if (ticked.mock.calls.length === 1) loop.wake();
    return forEver;
  });
  loop.start();
  await pass(10);
  expect(ticked).toHaveBeenCalledTimes(2);
});

it('never overlaps its rounds', async () => {
  let running = 0;
  let most = 0;
  const { loop } = aLoop(async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 50));
    running--;
    return 0;
  });
  loop.start();
  for (let i = 0; i < 20; i++) {
    loop.wake();
    await pass(17);
  }
  expect(most).toBe(1);
});

it('repeats a round that throws after pauses that double', async () => {
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
  const { loop, ticked, failed } = aLoop(fails);
  loop.start();
  await pass(0);
  for (const pause of [100, 200, 400]) {
    const before = ticked.mock.calls.length;
    await pass(pause - 3);
    expect(ticked).toHaveBeenCalledTimes(before);
    await pass(4);
    expect(ticked).toHaveBeenCalledTimes(before + 1);
  }
  expect(failed).toHaveBeenCalledTimes(4);
});

it('spreads those pauses, so that many processes do not come back at one moment', async () => {
  for (const [luck, pause] of [
    [0, 50],
    [0.999, 149],
  ] as const) {
    jest.spyOn(Math, 'random').mockReturnValue(luck);
    const { loop, ticked } = aLoop(fails);
    loop.start();
    await pass(pause - 3);
    expect(ticked).toHaveBeenCalledTimes(1);
    await pass(5);
    expect(ticked).toHaveBeenCalledTimes(2);
    await loop.stop();
  }
});

it('holds its pause against a wake while rounds fail', async () => {
  const { loop, ticked } = aLoop(fails);
  loop.start();
  await pass(0);
  loop.wake();
  await pass(40);
  expect(ticked).toHaveBeenCalledTimes(1);
});

it('goes on at once when what failed is known to be over', async () => {
  const { loop, ticked } = aLoop(fails);
  loop.start();
  await pass(0);
  loop.retryNow();
  await pass(0);
  expect(ticked).toHaveBeenCalledTimes(2);
});

it('is stopped only when the round that runs has ended', async () => {
  let end = (_: number): void => undefined;
  const { loop } = aLoop(
    () =>
      new Promise((resolve) => {
        end = resolve;
      }),
  );
  loop.start();
  await pass(0);
  const stopped = jest.fn();
  const stopping = loop.stop().then(stopped);
  await pass(100);
  expect(stopped).not.toHaveBeenCalled();
  end(10);
  await stopping;
});

it('leaves no timer when it is stopped', async () => {
  const { loop } = aLoop(rests(1_000));
  loop.start();
  await pass(0);
  await loop.stop();
  loop.wakeWithin(5);
  expect(jest.getTimerCount()).toBe(0);
});

it('starts again after a stop', async () => {
  const { loop, ticked } = aLoop(rests(forEver));
  loop.start();
  await pass(0);
  await loop.stop();
  loop.start();
  await pass(0);
  expect(ticked).toHaveBeenCalledTimes(2);
});
