/** A PostgreSQL server of a spec's own, to be stopped, killed and started again. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { Settings } from '../../lib/testing/postgres/server.js';
import { atTheEnd } from './at-the-end.js';
import { holdAServer } from './holding.js';

export interface TestServer {
  /** Of the database `postgres`, which is empty. It stays the same from start to start. */
  url: string;
  /** Settings hold from this start on; those that were given earlier stay. */
  start(settings?: Settings, as?: 'standby'): Promise<void>;
  /** A standby becomes a server that writes, with the connections that it has. */
  promote(): Promise<void>;
  /** A fast shutdown, as by an administrator. */
  stop(): Promise<void>;
  /** kill -9 of the server and all its backends. */
  kill(): Promise<void>;
  restart(settings?: Settings): Promise<void>;
  /** Stops it for good and removes its data; at the end of the file that happens by itself. */
  remove(): Promise<void>;
}

/** It runs when this resolves. It always is the embedded PostgreSQL, also when the suite runs on a given server. */
export async function aServer({ settings = {} }: { settings?: Settings } = {}): Promise<TestServer> {
  const held = await holdAServer({ shared_buffers: '32MB', ...settings });
  atTheEnd(() => held.release());
  const start = async (changed: Settings = {}, as?: 'standby') => {
    if (as) await writeFile(join(held.data, 'standby.signal'), '');
    await held.ask({ act: 'start', settings: changed });
  };
  const stop = () => held.ask({ act: 'stop' });
  return {
    url: held.url,
    start,
    stop,
    kill: () => held.ask({ act: 'kill' }),
    async promote() {
      const client = new pg.Client(held.url);
      await client.connect();
      await client.query('select pg_promote()');
      await client.end();
    },
    async restart(changed) {
      await stop();
      await start(changed);
    },
    remove: () => held.release(),
  };
}
