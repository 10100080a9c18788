/** publint and "are the types wrong": how resolvers and bundlers see the package. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY, run, tarball } from './folders.mjs';

const here = join(REPOSITORY, 'test/package');

/** Tools that only this suite needs: installed when it runs for the first time. */
async function tool(name) {
  const path = join(here, 'node_modules/.bin', name);
  if (!existsSync(path)) await run(here, 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  return path;
}

export const lints = [
  [
    'pleases publint, to the last suggestion',
    async () => run(here, await tool('publint'), ['run', (await tarball()).path, '--strict', '--level', 'suggestion']),
  ],
  [
    'has types that are right, for an ESM-only package',
    async () => run(here, await tool('attw'), [(await tarball()).path, '--profile', 'esm-only']),
  ],
];
