/** What processes tell each other: hints only, each of which may be lost. */
import type { Hint } from '../store/adding.js';

export type Message =
  /** A job of this topic is due at that moment. */
  | ({ readonly kind: 'added' } & Hint)
  /** These jobs were taken from whoever runs them. */
  | { readonly kind: 'gone'; readonly ids: readonly string[] }
  /** A schedule came or changed. */
  | { readonly kind: 'scheduled' }
  /** The topic goes on. */
  | { readonly kind: 'resumed'; readonly topic: string };

export const encode = (from: string, message: Message): string => JSON.stringify({ from, ...message });

/** Undefined: our own, or nothing that this version understands. */
export function decode(payload: string, self: string): Message | undefined {
  try {
    const { from, ...message } = JSON.parse(payload) as { from?: unknown } & Message;
    if (from === self) return undefined;
    if (message.kind === 'added' && typeof message.topic === 'string' && typeof message.dueMicros === 'number')
      return { ...message, waitMs: Number(message.waitMs) || 0 };
    if (message.kind === 'gone' && Array.isArray(message.ids)) return message;
    if (message.kind === 'scheduled') return message;
    if (message.kind === 'resumed' && typeof message.topic === 'string') return message;
  } catch {}
  return undefined;
}
