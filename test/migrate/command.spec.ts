/** The command `programma migrate`, as people type it. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, it } from '@jest/globals';
import { aDatabase, type Database } from '../support/database.js';
import { aStartedEngine } from '../support/engine.js';
import { KNOWN } from './a-migrator.js';

const COMMAND = fileURLToPath(new URL('../../dist/migrate/cli.js', import.meta.url));
const NAMES = KNOWN.map(({ version, name }) => `${String(version).padStart(4, '0')}-${name}`);
let database: Database;

beforeEach(async () => {
  database = await aDatabase({ empty: true });
});

interface Said {
  code: number | null;
  out: string;
  err: string;
}

function programma(line: string, env: Record<string, string> = {}): Promise<Said> {
  const child = spawn(process.execPath, [COMMAND, ...line.split(' ')], {
    env: { ...process.env, DATABASE_URL: database.url, ...env },
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (data) => (said.out += data));
  child.stderr.on('data', (data) => (said.err += data));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...said })));
}

const schemas = () =>
  database.query("select nspname from pg_namespace where nspname !~ '^(pg_|information_schema|public)' order by 1");

it('says what is missing, brings it up, and says that it is there', async () => {
  expect(await programma('migrate status')).toMatchObject({
    code: 0,
    out: `schema "programma"\n  applied: nothing\n  missing: ${NAMES.join(', ')}\n`,
  });
  expect(await programma('migrate up')).toMatchObject({
    code: 0,
    out: NAMES.map((name) => `schema "programma": up ${name}\n`).join(''),
  });
  expect(await programma('migrate up')).toMatchObject({ code: 0, out: 'schema "programma": nothing to do\n' });
  expect((await programma('migrate status')).out).toBe(
    `schema "programma"\n  applied: ${NAMES.join(', ')}\n  missing: nothing\n`,
  );
  await aStartedEngine(database, { migrate: false });
});

it('takes the last step down, or all of them', async () => {
  await programma('migrate up');
  expect((await programma('migrate down')).out).toBe(`schema "programma": down ${NAMES.at(-1)}\n`);
  await programma('migrate down --to 0');
  expect((await programma('migrate status')).out).toContain('applied: nothing');
});

it('with --dry-run prints SQL that does the same, and changes nothing', async () => {
  const { out } = await programma('migrate up --dry-run --schema dry');
  expect(await schemas()).toEqual([]);
  await database.query('create schema dry');
  await database.query(out);
  expect(await database.query('select count(*)::int as n from dry.jobs')).toEqual([{ n: 0 }]);
});

it('works on the schema that is named', async () => {
  expect((await programma('migrate up --schema Другая')).code).toBe(0);
  expect(await schemas()).toEqual([{ nspname: 'Другая' }]);
});

it.each([
  ['migrate', 2, 'programma migrate up | down | status'],
  ['migrate sideways', 2, 'programma migrate up | down | status'],
  ['migrate up --to 1', 2, '--to: a version number, with down'],
  ['migrate down --to soon', 2, '--to: a version number, with down'],
  ['migrate up --shcema x', 1, "Unknown option '--shcema'"],
  [`migrate up --schema ${'x'.repeat(64)}`, 1, 'has 64 bytes'],
])('refuses "%s" and changes nothing', async (line, code, message) => {
  const said = await programma(line);
  expect(said).toMatchObject({ code, out: '', err: expect.stringContaining(message) });
  expect(await schemas()).toEqual([]);
});

it('says why it cannot reach the database, without the password and without a stack', async () => {
  const url = new URL(database.url);
  url.password = 'hush';
  url.port = '1';
  const { code, err } = await programma('migrate up', { DATABASE_URL: url.href });
  expect(code).toBe(1);
  expect(err).toMatch(/^programma: .*ECONNREFUSED/);
  expect(err).not.toMatch(/hush|\n\s+at /);
});
