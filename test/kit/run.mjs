/** Runs one suite under Jest and under Vitest; each must end by itself, and leave no server behind. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const lock = readFileSync(here('package-lock.json'), 'utf8');
const stamp = here('node_modules/.installed');
const TESTS = 4;

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  console.log('Installing Vitest (once) …');
  const flags = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', ['install', ...flags], { cwd: here('.'), stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  // As if it were installed.
  rmSync(here('node_modules/programma'), { force: true });
  symlinkSync(here('../..'), here('node_modules/programma'), 'dir');
  writeFileSync(stamp, lock);
}

const runners = {
  Jest: ['--experimental-vm-modules', here('../../node_modules/jest/bin/jest.js'), '--config', here('jest.config.mjs')],
  Vitest: [here('node_modules/vitest/vitest.mjs'), 'run', '--config', here('vitest.config.mjs')],
};
let failed = 0;
for (const [name, args] of Object.entries(runners)) {
  const { DATABASE_URL: _, ...env } = process.env;
  const run = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: here('.'),
    env: { ...env, NO_COLOR: '1', FORCE_COLOR: '0' },
    encoding: 'utf8',
    // A run that something keeps open never ends by itself.
    timeout: 240_000,
  });
  const said = run.stdout + run.stderr;
  const passed = Number(/Tests:?\s+(\d+) passed/.exec(said)?.[1] ?? 0);
  const faults = [
    run.status !== 0 && `it ended with ${run.signal ?? run.status}`,
    passed !== TESTS && `${passed} of ${TESTS} tests passed`,
    /did not exit|close timed out|something prevents/i.test(said) && 'something was left open',
  ].filter(Boolean);
  console.log(
    faults.length === 0 ? `  ok      ${name}: ${passed} passed` : `  FAILED  ${name}: ${faults.join(', ')}\n${said}`,
  );
  failed += faults.length > 0 ? 1 : 0;
}
console.log(`\n${2 - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
