/** Folders outside of this repository with the packed package installed beside one version of Nest. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const execute = promisify(execFile);
const undo = [];

/** Its stdout; what it said is in the error when it fails. */
export async function run(folder, command, args, env = {}) {
  try {
    const { stdout } = await execute(command, args, {
      cwd: folder,
      env: { ...process.env, ...env },
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  } catch (error) {
    throw new Error(`${command} ${args.join(' ')} ended with ${error.code}\n${error.stdout}\n${error.stderr}`);
  }
}

export async function aFolder() {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'programma-package-')));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

let packed;
/** What `npm pack` makes of this repository as it is built now. */
export function tarball() {
  packed ??= (async () => {
    const folder = await aFolder();
    const said = await run(REPOSITORY, 'npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]);
    const [{ filename, files }] = JSON.parse(said);
    return { path: join(folder, filename), files: files.map((file) => file.path) };
  })();
  return packed;
}

const byNest = new Map();
/** @param nest the major version */
export function folderWithNest(nest) {
  if (!byNest.has(nest)) byNest.set(nest, install(nest));
  return byNest.get(nest);
}

async function install(nest) {
  const folder = await aFolder();
  const { devDependencies } = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8'));
  const same = ['typescript', '@types/node', 'class-validator', 'class-transformer', 'reflect-metadata', 'rxjs'];
  const nests = ['common', 'core', 'platform-express', 'testing'].map((name) => `@nestjs/${name}@^${nest}`);
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  await run(folder, 'npm', [
    ...['install', '--no-audit', '--no-fund', '--loglevel=error'],
    (await tarball()).path,
    ...nests,
    ...same.map((name) => `${name}@${devDependencies[name]}`),
    `@nestjs/config@${devDependencies['@nestjs/config']}`,
  ]);
  return folder;
}

/** Makes packages of this repository's, which have nothing to do with Nest, visible in the folder. */
export async function lend(folder, names) {
  for (const name of names)
    await symlink(join(REPOSITORY, 'node_modules', name), join(folder, 'node_modules', name)).catch((error) => {
      if (error.code !== 'EEXIST') throw error;
    });
}

export async function copy(folder, paths) {
  for (const path of paths) await cp(join(REPOSITORY, path), join(folder, path), { recursive: true });
}

const others = new Map();
/** The executable of Node's newest release of this major version: ours, or one from npm. */
export function nodeOf(major) {
  if (major === Number(process.versions.node.split('.')[0])) return process.execPath;
  if (!others.has(major))
    others.set(
      major,
      (async () => {
        const folder = await aFolder();
        await writeFile(join(folder, 'package.json'), '{ "private": true }');
        const binary = `node@npm:node-${process.platform}-${process.arch}@${major}`;
        await run(folder, 'npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', binary]);
        return join(folder, 'node_modules/node/bin/node');
      })(),
    );
  return others.get(major);
}

let server;
/** An embedded PostgreSQL for all checks. */
export function serverUrl() {
  server ??= (async () => {
    await import('../support/typescript.mjs');
    const { holdAServer } = await import('../support/holding.ts');
    const held = await holdAServer();
    undo.push(() => held.release());
    return held.url;
  })();
  return server;
}

export async function cleanUp() {
  for (const act of undo.reverse()) await act();
}
