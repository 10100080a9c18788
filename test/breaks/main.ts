/**
 * npm run test:breaks [-- --only PATTERN]
 *
 * Shows of the tests that they can fail: breaks one thing at a time in a copy of this project, and runs
 * the tests that must then be red. Ends with the table of what was broken and what saw it.
 */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BREAKS, broken } from './all.js';
import type { Break } from './break.js';

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const COPIED = [
  'lib',
  'docs',
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'LICENSE',
  'dist',
  'dist-sample',
  'test',
  'migrations',
  'sample-app',
  'package.json',
  'jest.config.mjs',
  '.swcrc',
  'tsconfig.json',
];

/** Suites with a configuration of their own, by which the packages of their own are found. */
const OWN_SUITES = ['test/transaction', 'test/handoff'];

/** A test that is broken may leave something behind that never ends. */
const LONGEST_MS = 240_000;

const home = fileURLToPath(new URL('../../', import.meta.url));
const copy = await mkdtemp(join(tmpdir(), 'programma-breaks-'));
const wanted = new RegExp(values.only ?? '');
const breaks = BREAKS.filter(({ part, what, spec }) => wanted.test(`${part} ${what} ${spec}`));

interface Ran {
  red: string[];
  green: string[];
}

/** What jest says of the tests of this file whose names have one of these texts. */
async function run({ spec, red }: Pick<Break, 'spec' | 'red'>): Promise<Ran> {
  const names = red.map((name) => name.replaceAll(/[^\w ]/g, '.')).join('|');
  const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', spec, '-t', names, '--verbose'];
  const suite = OWN_SUITES.find((folder) => spec.startsWith(`${folder}/`));
  if (suite) jest.push('--config', `${suite}/jest.config.mjs`);
  const flags = ['--testPathIgnorePatterns=/node_modules/', '--maxWorkers=1', '--forceExit'];
  const how = { cwd: copy, maxBuffer: 1 << 26, timeout: LONGEST_MS, killSignal: 'SIGKILL' } as const;
  const said = await new Promise<string>((resolve) =>
    execFile(process.execPath, [...jest, ...flags], how, (_, out, err) => resolve(out + err)),
  );
  // Read from what it says and not from its --json, which is not written when what was broken ends jest itself.
  const named = (sign: string) => [...said.matchAll(new RegExp(`^ *${sign} (.*)$`, 'gm'))].map(([, name = '']) => name);
  const ran = { red: named('✕'), green: named('✓') };
  // A break after which nothing could be loaded would prove nothing.
  if (ran.red.length + ran.green.length === 0) throw new Error(`${spec} could not be run:\n${said.slice(-2_000)}`);
  return ran;
}

/** A test that is red already shows nothing by being red. */
async function checkUnbroken(spec: string): Promise<void> {
  const names = breaks.filter((one) => one.spec === spec).flatMap((one) => one.red);
  const { red, green } = await run({ spec, red: names });
  const missing = names.filter((name) => !green.some((test) => test.includes(name)));
  if (red.length + missing.length > 0)
    throw new Error(`${spec} is not green without a break: ${[...red, ...missing].join('; ')}`);
}

async function tryBreak(one: Break): Promise<string[]> {
  const texts = await broken(one, copy);
  try {
    for (const [path, { after }] of texts) await writeFile(path, after);
    const { red, green } = await run(one);
    const missed = one.red.filter((name) => !red.some((test) => test.includes(name)));
    for (const name of missed) console.log(`NOT SEEN  ${one.what}: "${name}" (green: ${green.join('; ') || 'none'})`);
    if (missed.length === 0) console.log(`red       ${one.what}: ${red.length} of ${red.length + green.length}`);
    return missed;
  } finally {
    for (const [path, { before }] of texts) await writeFile(path, before);
  }
}

try {
  for (const name of COPIED)
    await cp(join(home, name), join(copy, name), {
      recursive: true,
      filter: (path) => !path.includes('node_modules') && !path.endsWith('/.built'),
    });
  for (const folder of ['.', ...OWN_SUITES])
    await symlink(join(home, folder, 'node_modules'), join(copy, folder, 'node_modules')).catch(() => undefined);
  const doubtful = new Map<string, Error>();
  for (const spec of new Set(breaks.map((one) => one.spec)))
    await checkUnbroken(spec).catch((error: Error) => doubtful.set(spec, error));
  const missed = new Map<Break, string[]>();
  for (const one of breaks)
    missed.set(
      one,
      await (doubtful.has(one.spec) ? Promise.reject(doubtful.get(one.spec)) : tryBreak(one)).catch((error: Error) => {
        console.log(`NOT DONE  ${one.what}: ${error.message}`);
        return [...one.red];
      }),
    );
  const rows = breaks.map((one) => {
    const seen = missed.get(one)?.length === 0 ? 'red' : 'NOT SEEN';
    return `| ${one.part} | ${one.what} | ${one.spec}: ${one.red.join('; ')} | ${seen} |`;
  });
  console.log(`\n| part | break | must be red | |\n| --- | --- | --- | --- |\n${rows.join('\n')}`);
  const unseen = [...missed.values()].filter((names) => names.length > 0).length;
  console.log(`\n${breaks.length - unseen} of ${breaks.length} breaks were seen.`);
  process.exitCode = unseen === 0 ? 0 : 1;
} finally {
  await rm(copy, { recursive: true, force: true });
}
