/** Lets the same words through once a minute: a fault that repeats is said, not shouted. */
import { monotonicMs } from './clock.js';

const AGAIN_AFTER_MS = 60_000;
const MOST_REMEMBERED = 1_000;

export function sparing(say: (message: string) => void): (message: string) => void {
  const saidAt = new Map<string, number>();
  return (message) => {
    const now = monotonicMs();
    if (now - (saidAt.get(message) ?? Number.NEGATIVE_INFINITY) < AGAIN_AFTER_MS) return;
    if (saidAt.size >= MOST_REMEMBERED) saidAt.clear();
    saidAt.set(message, now);
    say(message);
  };
}
