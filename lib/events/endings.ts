/** Hears how attempts end, in one word each. */
import type { EventName, Events, Listener } from './events.js';

/** What became of an attempt. */
export type Ending =
  | 'completed'
  | 'retried'
  | 'failed'
  | 'snoozed'
  | 'moved'
  | 'unmoved'
  | 'released'
  | 'cancelled'
  | 'lost';

type JobEvent = { [E in EventName]: Events[E] extends { job: unknown } ? E : never }[EventName];

const ENDINGS: readonly (readonly [JobEvent, Ending])[] = [
  ['job:completed', 'completed'],
  ['job:retried', 'retried'],
  ['job:failed', 'failed'],
  ['job:snoozed', 'snoozed'],
  ['job:moved', 'moved'],
  ['job:unmoved', 'unmoved'],
  ['job:released', 'released'],
  ['job:cancelled', 'cancelled'],
  ['job:lease-lost', 'lost'],
];

export interface Ended {
  readonly id: string;
  readonly topic: string;
  readonly ending: Ending;
  readonly result: unknown;
  readonly error: unknown;
  /** How long the handler took; undefined: it is still at it, or did not run here. */
  readonly ms: number | undefined;
}

interface Speaker {
  on<K extends EventName>(event: K, listener: Listener<K>): () => void;
}

/** @returns what ends it */
export function hearEndings(speaker: Speaker, hear: (ended: Ended) => void): () => void {
  const offs = ENDINGS.map(([event, ending]) =>
    speaker.on(event, (said) => {
      const { job, result, error, ms } = said as {
        job: { id: string; topic: string };
        result?: unknown;
        error?: unknown;
        ms?: number;
      };
      hear({ id: job.id, topic: job.topic, ending, result, error, ms: ms || undefined });
    }),
  );
  return () => {
    for (const off of offs) off();
  };
}
