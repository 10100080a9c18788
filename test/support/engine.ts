/** An engine of a spec, on the spec's database: it ends with the file, and what it does is heard as events. */
import { type EventName, type Events, Programma, type ProgrammaOptions } from '../../lib/engine.js';
import { atTheEnd } from './at-the-end.js';

/**
 * It rests a minute between two looks, so that what a test sees at once was woken. It is quiet and gives handlers a
 * second to end.
 */
export function anEngine(database: { url: string }, options: ProgrammaOptions = {}, schema?: string): Programma {
  const programma = new Programma(
    {
      connectionString: database.url,
      max: 3,
      heartBeat: 60,
      shutdownTimeoutSeconds: 1,
      logger: false,
      ...options,
    },
    schema,
  );
  atTheEnd(() => programma.shutdown());
  return programma;
}

export async function aStartedEngine(database: { url: string }, options: ProgrammaOptions = {}): Promise<Programma> {
  const programma = anEngine(database, options);
  await programma.start();
  return programma;
}

/** The next event that fits. Listen first, act then. */
export function next<K extends EventName>(
  programma: Programma,
  event: K,
  fits: (payload: Events[K]) => boolean = () => true,
  withinMs = 10_000,
): Promise<Events[K]> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clearTimeout(timer);
      off();
      settle();
    };
    const timer = setTimeout(() => end(() => reject(new Error(`no ${event} within ${withinMs} ms`))), withinMs);
    // It may be one of several that are listened for, of which one comes.
    timer.unref();
    const off = programma.on(event, (payload) => {
      if (fits(payload)) end(() => resolve(payload));
    });
  });
}

/** The next event about a job of this topic. */
export function nextOf<K extends Exclude<EventName, 'listen' | 'error'>>(
  programma: Programma,
  event: K,
  topic: string,
): Promise<Events[K]> {
  return next(programma, event, ({ job }) => job.topic === topic);
}

/** Something that a test opens by hand: a handler waits for it. */
export function aGate(): { open: () => void; opened: Promise<void> } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}
