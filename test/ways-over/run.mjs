/** Runs the apps of docs/from-*.md, before, after and with both; the first time it installs what they come from. */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, promisify } from 'node:util';
import { WAYS } from './expected.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const lock = readFileSync(here('package-lock.json'), 'utf8');
const stamp = here('node_modules/.installed');
const only = process.argv.slice(2);
const REDIS_URL = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379/9';
/** Everything an app says in this time; Graphile Worker tries again after three seconds. */
const TIMEOUT_MS = 90_000;
let [passed, failed] = [0, 0];

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  console.log('Installing what the ways come from (once) …');
  // Not `npm ci`: it refuses a lock without the optional packages of platforms that a registry may lack.
  const flags = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', ['install', ...flags], { cwd: here('.'), stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  // As if it were installed.
  rmSync(here('node_modules/programma'), { force: true });
  symlinkSync(here('../..'), here('node_modules/programma'), 'dir');
  writeFileSync(stamp, lock);
}

const tsc = [here('../../node_modules/typescript/bin/tsc'), '-p', here('tsconfig.json')];
tell('types', spawnSync(process.execPath, tsc, { stdio: 'inherit' }).status === 0 ? undefined : 'tsc found faults');

const { startPostgres } = await import('../../dist/testing/postgres.js');
const { default: Redis } = await import('ioredis');
const postgres = await startPostgres();

async function run(way, part) {
  await flushRedis();
  const flags = ['--import', new URL('../support/typescript.mjs', import.meta.url).href];
  // Two of them want a newer Node than we promise.
  const { stdout } = await promisify(execFile)(
    here('node_modules/node/bin/node'),
    [...flags, here(`${way}/${part}.ts`)],
    {
      env: { ...process.env, DATABASE_URL: await postgres.createDatabase(), REDIS_URL, NO_LOG_SUCCESS: '1' },
      timeout: TIMEOUT_MS,
    },
  );
  return stdout.trim().split('\n').sort();
}

async function flushRedis() {
  const redis = new Redis(REDIS_URL);
  await redis.flushdb();
  await redis.quit();
}

/** The page shows the files as they are. */
function faultOfPage(way) {
  const page = readFileSync(here(`../../docs/from-${way}.md`), 'utf8');
  for (const part of Object.keys(WAYS[way])) {
    const code = readFileSync(here(`${way}/${part}.ts`), 'utf8').trim();
    if (!page.includes(`\`\`\`ts\n${code}\n\`\`\``))
      return `docs/from-${way}.md does not show ${way}/${part}.ts as it is`;
  }
  return undefined;
}

function tell(name, fault) {
  if (fault === undefined) passed++;
  else failed++;
  console.log(fault === undefined ? `  ok      ${name}` : `  FAILED  ${name}: ${fault}`);
}

try {
  for (const [way, parts] of Object.entries(WAYS)) {
    if (only.length > 0 && !only.includes(way)) continue;
    tell(`${way}: the page`, faultOfPage(way));
    for (const [part, expected] of Object.entries(parts)) {
      const said = await run(way, part).catch((error) => String(error.stderr || error));
      const right = isDeepStrictEqual(said, [...expected].sort());
      tell(`${way}: ${part}`, right ? undefined : `said ${JSON.stringify(said)}`);
    }
  }
} finally {
  await flushRedis();
  await postgres.stop();
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
