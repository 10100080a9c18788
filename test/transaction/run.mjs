/** Runs the suite of the ORMs; the first time it installs them, and lets Prisma write its client. */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const olderThan = (file, other) => !existsSync(file) || statSync(file).mtimeMs < statSync(other).mtimeMs;

function run(command, args, { cwd = here('../..'), env = {} } = {}) {
  const { status } = spawnSync(command, args, { cwd, env: { ...process.env, ...env }, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

if (olderThan(here('node_modules/.package-lock.json'), here('package-lock.json')))
  run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here('.') });

// Prisma's command looks for an engine before it does anything, and would download one; to write a client it needs none.
if (olderThan(here('.generated/prisma/client.ts'), here('prisma/schema.prisma')))
  run(
    process.execPath,
    [here('node_modules/prisma/build/index.js'), 'generate', '--schema', here('prisma/schema.prisma')],
    {
      env: { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' },
    },
  );

run(process.execPath, [here('../../node_modules/typescript/bin/tsc'), '-p', here('tsconfig.json')]);
run(process.execPath, [
  '--disable-warning=ExperimentalWarning',
  '--experimental-vm-modules',
  here('../../node_modules/jest/bin/jest.js'),
  '--config',
  here('jest.config.mjs'),
  ...process.argv.slice(2),
]);
