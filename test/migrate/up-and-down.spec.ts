/** Migrations go up and down, all or none, one process at a time, in any schema. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { migrations } from '../../lib/migrate/migrations.js';
import { lockOf } from '../../lib/store/schema.js';
import { aTransaction } from '../store/a-store.js';
import { aDatabase, type Database } from '../support/database.js';
import { aStartedEngine } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { aProcess } from '../support/process.js';
import { aMigrator, KNOWN, LAST, newer } from './a-migrator.js';
import { structureOf } from './structure.js';

const TWENTY = 20;
let database: Database;

beforeEach(async () => {
  database = await aDatabase({ empty: true });
});

const ledger = () => database.query<{ version: number }>('select version from programma.migrations order by version');

it('gives the same schema after up, down and up again, step by step', async () => {
  const migrator = aMigrator(database.url);
  const structures: string[][] = [];
  for (const [i] of KNOWN.entries()) {
    await aMigrator(database.url, KNOWN.slice(0, i + 1)).up();
    structures.push(await structureOf(database));
  }
  for (const [i] of KNOWN.entries()) {
    expect(await structureOf(database)).toEqual(structures[KNOWN.length - 1 - i]);
    await migrator.down();
  }
  expect((await structureOf(database)).filter((part) => !part.includes('migrations'))).toEqual([]);
  await migrator.up();
  expect(await structureOf(database)).toEqual(structures.at(-1));
});

it('goes down to the version that is named', async () => {
  const migrator = aMigrator(database.url);
  await migrator.up();
  expect((await migrator.down(1)).map(({ applied }) => applied.version)).toEqual(
    KNOWN.map(({ version }) => version)
      .filter((version) => version > 1)
      .reverse(),
  );
  expect(await ledger()).toEqual([{ version: 1 }]);
});

it('does all of it or nothing: a migration that fails leaves no trace', async () => {
  const fails = newer('works', 'create table programma.half (i int); select 1 / 0');
  await expect(aMigrator(database.url, [...KNOWN, fails]).up()).rejects.toThrow('division by zero');
  expect(await database.query("select 1 from pg_namespace where nspname = 'programma'")).toEqual([]);
});

it('keeps the jobs that are there when the last step goes down and up', async () => {
  const id = await (await aStartedEngine(database, { workers: false })).addJob('kept');
  const migrator = aMigrator(database.url);
  await migrator.down();
  await migrator.up();
  expect(await database.query('select id from programma.queue')).toEqual([{ id }]);
});

it('says in the first line of each file whether older code works with it', () => {
  const files = new URL('./wrong/', import.meta.url);
  expect(() => migrations(files)).toThrow('migrations/0001-wrong.up.sql: its first line must be');
  expect(KNOWN.map(({ version }) => version)).toEqual(KNOWN.map((_, i) => i + 1));
});

describe('twenty processes that start at once', () => {
  it('migrate once', async () => {
    // All of them have seen that there is nothing, and wait, before the first one may begin.
    const holder = await aTransaction(database.url);
    await holder.client.query('select pg_advisory_xact_lock($1)', [lockOf('programma')]);
    const script = new URL('./starts.mjs', import.meta.url);
    const processes = Array.from({ length: TWENTY }, () => aProcess(script, { DB: database.url }));
    await eventually(async () => (await waiting(database)) === TWENTY, 60_000);
    await holder.commit();
    expect(await Promise.all(processes.map(({ exited }) => exited))).toMatchObject(
      Array(TWENTY).fill({ code: 0, signal: null, stderr: '' }),
    );
    const applied = processes.flatMap(({ said }) => said.filter(({ event }) => event === 'log'));
    expect(applied).toHaveLength(1);
    expect(await ledger()).toHaveLength(LAST);
  }, 90_000);
});

async function waiting({ query }: Database): Promise<number> {
  const [row] = await query<{ n: number }>(
    `select count(*)::int as n from pg_locks where locktype = 'advisory' and not granted
     and database = (select oid from pg_database where datname = current_database())`,
  );
  return row?.n ?? 0;
}
