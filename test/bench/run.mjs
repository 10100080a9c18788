/** Installs what only this suite needs, on first use and when it changes, and runs it under the one Node of all contenders. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const lock = readFileSync(here('package-lock.json'), 'utf8');
const stamp = here('node_modules/.installed');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  console.log('Installing the peers (once) …');
  // Their engines want the Node that is being installed here. Not `npm ci`: it refuses a lock without the optional
  // packages of platforms that a registry may lack.
  const flags = ['--no-save', '--no-audit', '--no-fund', '--engine-strict=false', '--loglevel=error'];
  const { status } = spawnSync('npm', ['install', ...flags], { cwd: here('.'), stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, lock);
}

const { status, signal } = spawnSync(
  here('node_modules/node/bin/node'),
  ['--import', new URL('../support/typescript.mjs', import.meta.url).href, here('main.ts'), ...process.argv.slice(2)],
  { stdio: 'inherit', env: { ...process.env, NO_LOG_SUCCESS: '1' } },
);
process.exit(signal ? 1 : (status ?? 1));
