/** Time, chance and new names: the only place of the engine that asks the process for them. */
import { randomFillSync, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { v7 } from 'uuid';

/** Milliseconds that only ever grow; they say how long something took, never what time it is. */
export const monotonicMs = (): number => performance.now();

/**
 * The process's own idea of the time. It decides nothing (the database's clock does): it only dates what is told
 * to people, such as when this process last looked for work.
 */
export const wallClock = (): Date => new Date();

/** Seconds since then, by the process's own idea of the time. */
export const ageOf = (moment: Date): number => (Date.now() - moment.getTime()) / 1_000;

/** A number from 0 up to 1. */
export const chance = (): number => Math.random();

/** Random bytes for 512 ids: asking the system for each costs fifteen times as much as the rest of an id. */
const chances = new Uint8Array(512 * 16);
let spent = chances.length;
let lastMs = Number.NEGATIVE_INFINITY;
let sequence = 0;

/** A uuid of version 7: ids of one process only grow, so that they fill an index from its end and keep an order. */
export function newId(): string {
  if (spent === chances.length) {
    randomFillSync(chances);
    spent = 0;
  }
  const random = chances.subarray(spent, spent + 16);
  spent += 16;
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    // Its first bit is free, so that a millisecond has room to count in. Bytes that v7 itself does not use.
    sequence =
      (((random[0] ?? 0) & 0x7f) << 24) | ((random[1] ?? 0) << 16) | ((random[2] ?? 0) << 8) | (random[3] ?? 0);
  } else {
    sequence = (sequence + 1) >>> 0;
    if (sequence === 0) lastMs++;
  }
  return v7({ random, msecs: lastMs, seq: sequence });
}

/** A name for one life of one process, different at each start. */
export const newWorkerName = (): string => `${hostname().slice(0, 60)}:${process.pid}:${randomUUID().slice(0, 8)}`;

/** Spreads a delay over half to one and a half of itself, so that many processes do not act at one moment. */
export const jittered = (ms: number): number => ms * (0.5 + chance());

/** Resolves after `ms`, or as soon as the signal aborts. */
export function sleep(ms: number, until?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (until?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      until?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    until?.addEventListener('abort', done, { once: true });
  });
}

/** Resolves with what the promise gives, or with undefined after `ms`, whichever is first. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
