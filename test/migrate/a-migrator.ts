/** A migrator on a test's database: with the migrations of this code, of older code or of newer code. */
import { type Migration, migrations } from '../../lib/migrate/migrations.js';
import { Migrator } from '../../lib/migrate/migrator.js';
import { Database } from '../../lib/store/database.js';
import { Ledger } from '../../lib/store/ledger.js';
import { atTheEnd } from '../support/at-the-end.js';

export const KNOWN = migrations();
export const LAST = KNOWN.at(-1)?.version ?? 0;

export function aMigrator(url: string, known: readonly Migration[] = KNOWN, schema = 'programma'): Migrator {
  const config = { connectionString: url, max: 1 };
  const database = new Database({ pool: undefined, config }, schema, false, { away() {}, back() {} });
  database.open();
  atTheEnd(() => database.close(1_000));
  return new Migrator(new Ledger(database, schema), known, schema);
}

/** A migration that a later version of this package may bring. */
export const newer = (olderCode: 'works' | 'stops', up = '', version = 9_000): Migration => ({
  version,
  name: `after-${olderCode}`,
  olderCode,
  up: up || `create table programma.after_${olderCode} (i int)`,
  down: `drop table programma.after_${olderCode}`,
});
