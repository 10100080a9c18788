/** A connection for a moment, beside any engine. */

import type { ProgrammaOptions } from '../options/options.js';
import { resolve } from '../options/resolve.js';
import { Database } from '../store/database.js';
import { Scratch } from '../store/scratch.js';

const GOODBYE_MS = 2_000;

export async function withDatabase<T>(options: ProgrammaOptions, work: (scratch: Scratch) => Promise<T>): Promise<T> {
  const { connection, schema } = resolve(options);
  const database = new Database(connection, schema, false, { away: () => undefined, back: () => undefined });
  database.open();
  try {
    return await work(new Scratch(database));
  } finally {
    await database.close(GOODBYE_MS);
  }
}
