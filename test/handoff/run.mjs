/** Runs the suite of the brokers; the first time it installs their clients. */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const olderThan = (file, other) => !existsSync(file) || statSync(file).mtimeMs < statSync(other).mtimeMs;

function run(command, args, { cwd = here('../..') } = {}) {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

if (olderThan(here('node_modules/.package-lock.json'), here('package-lock.json')))
  run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here('.') });

run(process.execPath, [here('../../node_modules/typescript/bin/tsc'), '-p', here('tsconfig.json')]);
run(process.execPath, [
  '--disable-warning=ExperimentalWarning',
  '--experimental-vm-modules',
  here('../../node_modules/jest/bin/jest.js'),
  '--config',
  here('jest.config.mjs'),
  ...process.argv.slice(2),
]);
