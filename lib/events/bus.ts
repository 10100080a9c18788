/** Carries events to their listeners: an event that nobody listens to costs nothing, a listener that throws harms nobody. */
import type { EventName, Events, Listener } from './events.js';

type AnyListener = (event: never) => void;

export class Bus {
  private readonly listeners = new Map<EventName, readonly AnyListener[]>();

  /** @param unheard gets the faults that have no other hearer, and throws nothing */
  constructor(private readonly unheard: (error: unknown, where: string) => void) {}

  on<K extends EventName>(event: K, listener: Listener<K>): () => void {
    // Of its own, so that ending one of two registrations of the same function ends that one.
    const mine: Listener<K> = (payload) => listener(payload);
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), mine]);
    return () => {
      const rest = (this.listeners.get(event) ?? []).filter((l) => l !== mine);
      if (rest.length > 0) this.listeners.set(event, rest);
      else this.listeners.delete(event);
    };
  }

  /** Whether it is worth making an event. */
  hears(event: EventName): boolean {
    return this.listeners.has(event);
  }

  emit<K extends EventName>(event: K, payload: Events[K]): void {
    const listeners = this.listeners.get(event) as readonly Listener<K>[] | undefined;
    if (listeners === undefined) return;
    for (const listener of listeners) {
      try {
        const returned: unknown = listener(payload);
        if (returned instanceof Promise) returned.catch((error) => this.listenerFailed(event, error));
      } catch (error) {
        this.listenerFailed(event, error);
      }
    }
  }

  /** A fault of the engine: to the listeners of `error`, and to the log in any case. */
  fault(error: unknown, where: string): void {
    this.emit('error', { error, where });
    this.unheard(error, where);
  }

  private listenerFailed(event: EventName, error: unknown): void {
    const where = `a listener of ${event}`;
    // A listener of `error` that throws would otherwise be told of itself for ever.
    if (event === 'error') this.unheard(error, where);
    else this.fault(error, where);
  }
}
