/** The payloads that all contenders get: numbered, and of about the asked-for size as JSON. */
import type { Payload } from './contender.js';

const PLAIN = { userId: 12_345, email: 'somebody@example.com', note: '' };
const PLAIN_BYTES = JSON.stringify({ n: 10_000, ...PLAIN }).length;

export function payload(n: number, bytes = 100): Payload {
  return { n, ...PLAIN, note: words(Math.max(0, bytes - PLAIN_BYTES)) };
}

export function payloads(count: number, bytes = 100, from = 0): Payload[] {
  return Array.from({ length: count }, (_, i) => payload(from + i, bytes));
}

/** The sum of the numbers of `count` payloads. */
export const sumOf = (count: number, from = 0): number => (count * (2 * from + count - 1)) / 2;

const made = new Map<number, string>();

/** Text that TOAST cannot fold into nothing: no run of it repeats. */
function words(length: number): string {
  let text = made.get(length);
  if (text === undefined) {
    let seed = 1;
    text = '';
    while (text.length < length) {
      seed = (seed * 48_271) % 2_147_483_647;
      text += seed.toString(36);
    }
    text = text.slice(0, length);
    made.set(length, text);
  }
  return text;
}
