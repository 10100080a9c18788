/** Engines for these specs: quiet, quick, shut down at the end of the file. */
import { Programma, type ProgrammaOptions } from '../../../lib/engine.js';
import type { EventName, Events } from '../../../lib/events/events.js';
import { atTheEnd } from '../../support/at-the-end.js';
import { aDatabase } from '../../support/database.js';
import { aProxy, type TestProxy } from '../../support/proxy.js';
import { aServer, type TestServer } from '../../support/server.js';

export interface Told {
  warned: string[];
  logged: string[];
}

/** An engine that is started and shut down by itself, and what it told its logger. */
export async function anEngine(
  options: ProgrammaOptions,
  handle?: (programma: Programma) => void,
): Promise<Programma & { told: Told }> {
  const told: Told = { warned: [], logged: [] };
  const logger = {
    error: (m: string) => void told.warned.push(m),
    warn: (m: string) => void told.warned.push(m),
    log: (m: string) => void told.logged.push(m),
    debug: () => undefined,
  };
  const programma = new Programma({ logger, heartBeat: 1, shutdownTimeoutSeconds: 1, retention: false, ...options });
  atTheEnd(() => programma.shutdown());
  handle?.(programma);
  await programma.start();
  return Object.assign(programma, { told });
}

/** The next event that fits. */
export const next = <K extends EventName>(
  programma: Programma,
  event: K,
  fits: (payload: Events[K]) => boolean = () => true,
): Promise<Events[K]> =>
  new Promise((resolve) => {
    const off = programma.on(event, (payload) => {
      if (!fits(payload)) return;
      off();
      resolve(payload);
    });
  });

/** A database that is reached through a proxy of the spec's own. */
export async function behindAProxy(): Promise<{
  proxy: TestProxy;
  url: string;
  database: Awaited<ReturnType<typeof aDatabase>>;
}> {
  const database = await aDatabase();
  const proxy = await aProxy(database.url);
  atTheEnd(() => proxy.close());
  return { proxy, url: proxy.url, database };
}

/** A server of the spec's own, for blows. */
export const aServerToStrike = (settings = {}): Promise<TestServer> =>
  aServer({ settings: { max_connections: '40', ...settings } });

/** Something to wait for that a test opens itself. */
export function aGate(): { opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
