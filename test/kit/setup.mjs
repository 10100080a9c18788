/** Before everything: one server for the whole run. Vitest calls what this returns at the end; Jest calls teardown.mjs. */
import { startPostgres } from 'programma/testing/postgres';

export default async function setup() {
  const postgres = await startPostgres();
  process.env.KIT_DATABASE_URL = postgres.url;
  globalThis.stopPostgres = postgres.stop;
  return postgres.stop;
}
