/** Runs every code block of README and docs, as `npm run docs`; `-- docs/testing` runs those of one page. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { MOVES } from '../../lib/job/states.js';
import { keep } from '../support/checks.mjs';
import { holdAServer } from '../support/holding.js';
import { databaseUrl } from '../support/naming.js';
import { type Block, nameOf } from './blocks.js';
import { commandsOf, faultOf, isCommands, isOurs } from './commands.js';
import { everyBlock } from './pages.js';
import { builtOf, compiled, folderOf, isProgram, type Program, programsOf, REPOSITORY } from './programs.js';

const execute = promisify(execFile);
const [only = ''] = process.argv.slice(2);

/** What a block may need beside PostgreSQL: where it is, and the variable that says so. */
const SERVICES: Readonly<Record<string, readonly [variable: string, url: string]>> = {
  redis: ['REDIS_URL', 'redis://127.0.0.1:6379'],
  rabbitmq: ['AMQP_URL', 'amqp://guest:guest@127.0.0.1:5672'],
};

const all = everyBlock();
const chosen = all.filter((block) => nameOf(block).includes(only));
if (chosen.length === 0) throw new Error(`There is no block "${only}".`);
// A block may continue or import others of its page.
const blocks = all.filter(({ page }) => chosen.some((one) => one.page === page));
const programs = programsOf(blocks);
const faults = await compiled(programs);
const server = await holdAServer();
const admin = new pg.Client(databaseUrl(server.url, 'postgres'));
await admin.connect();
let databases = 0;

async function aDatabase(template = 'template0'): Promise<string> {
  const name = `docs_${++databases}`;
  await admin.query(`create database ${name} template ${template}`);
  return databaseUrl(server.url, name);
}

let livedIn: Promise<string> | undefined;
async function aLivedInDatabase(): Promise<string> {
  livedIn ??= (async () => {
    const url = await aDatabase();
    const life = ['--import', './test/support/typescript.mjs', 'test/docs/life.ts'];
    const end = await run(process.execPath, life, REPOSITORY, { DATABASE_URL: url }).catch((error) => error);
    if (end.signal !== 'SIGKILL') throw new Error(`The lived-in database could not be made: ${end}`);
    return new URL(url).pathname.slice(1);
  })();
  const template = await livedIn;
  await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [template]);
  return aDatabase(template);
}

async function run(command: string, args: string[], cwd: string, env: Record<string, string | undefined>) {
  return execute(command, args, { cwd, env: { ...process.env, ...env }, timeout: 60_000, killSignal: 'SIGTERM' });
}

async function keepsItsWord(program: Program): Promise<void> {
  const said = faults.get(program);
  if (said) throw new Error(said.join('\n'));
  const { needs, file } = first(program).says;
  if (program.blocks.some(({ says }) => says['not run'] !== undefined)) return;
  // A configuration: it is used by the block that it configures.
  if (/config\.\w+$/.test(file ?? '') || /\.json$/.test(file ?? '')) return;
  const env: Record<string, string> = { DATABASE_URL: await aDatabase() };
  for (const service of needs?.split(/[\s,]+/) ?? []) Object.assign(env, await addressOf(service));
  const [command, args, cwd] = commandLine(program);
  await run(command, args, cwd, env).catch((error) => {
    const why = error.killed ? 'It did not end within a minute: what it starts must be closed in "after".' : '';
    throw new Error(`${why}\n${error.stdout}\n${error.stderr}`);
  });
}

async function inTurn(programs: readonly Program[]): Promise<void> {
  for (const program of programs) await keepsItsWord(program);
}

function commandLine(program: Program): [string, string[], string] {
  const source = join(folderOf(program.packages), program.path);
  const flags = ['--enable-source-maps', '--disable-warning=ExperimentalWarning'];
  const node = (...args: string[]): [string, string[], string] => [
    process.execPath,
    [...flags, ...args],
    dirname(source),
  ];
  const { runner } = program;
  if (runner === undefined) return node(source.endsWith('.ts') ? builtOf(program) : source);
  if (runner === 'jest')
    return node('--experimental-vm-modules', join(REPOSITORY, 'node_modules/jest/bin/jest.js'), source);
  if (runner === 'vitest') return node(join(REPOSITORY, 'test/docs/node_modules/vitest/vitest.mjs'), 'run', source);
  throw new Error(`test: "${runner}" is neither jest nor vitest`);
}

async function addressOf(service: string): Promise<Record<string, string>> {
  const [variable, standard] = SERVICES[service] ?? [];
  if (!variable || !standard) throw new Error(`needs: "${service}" is none of ${Object.keys(SERVICES).join(', ')}`);
  const url = process.env[variable] ?? standard;
  const { hostname, port } = new URL(url);
  await new Promise<void>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => resolve(void socket.end()));
    socket.once('error', (cause) => reject(new Error(`It needs ${service}, which is not at ${url}`, { cause })));
  });
  return { [variable]: url };
}

async function asks(block: Block): Promise<void> {
  const client = new pg.Client(await aLivedInDatabase());
  await client.connect();
  try {
    if (block.says.before) await client.query(block.says.before);
    for (const { command, rows } of [await client.query(block.code)].flat())
      if (command === 'SELECT' && rows.length === 0)
        throw new Error('It finds nothing in a database that was lived in.');
    if (block.says.after) await client.query(block.says.after);
  } finally {
    await client.end();
  }
}

async function canBeTyped(block: Block): Promise<void> {
  const commands = commandsOf(block);
  const wrong = commands.map((command) => faultOf(command, block)).filter((fault) => fault !== undefined);
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  const DATABASE_URL = await aDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'programma-docs-'));
  try {
    for (const command of commands.filter(isOurs)) {
      const ours = `node ${join(REPOSITORY, 'dist/migrate/cli.js')}`;
      await run('bash', ['-c', command.replace('npx programma', ours)], folder, { DATABASE_URL });
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The diagram of the states must show the moves that there are, and no other. */
function drawsTheMoves({ code }: Block): void {
  const drawn = [...code.matchAll(/^\s*(\w+) --> (\w+)/gm)].map(([, from, to]) => `${from} → ${to}`);
  const moves = Object.entries(MOVES).flatMap(([from, tos]) => tos.map((to) => `${from} → ${to}`));
  const wrong = drawn.filter((move) => !moves.includes(move));
  const missing = moves.filter((move) => !drawn.includes(move));
  if (wrong.length + missing.length > 0)
    throw new Error(`drawn, and not so: ${wrong.join(', ') || '–'}; so, and not drawn: ${missing.join(', ') || '–'}`);
}

const first = ({ blocks: [block] }: Program): Block => block as Block;

const reasonOf = ({ says }: Block): string | undefined => says.excerpt ?? says['not run'];

/** undefined for what is not run, and for a block that another one runs. */
function checkOf(block: Block): (() => unknown) | undefined {
  const [program, ...others] = programs.filter((one) => one.blocks.includes(block));
  if (program && first(program) !== block) return undefined;
  if (program) return () => inTurn([program, ...others]);
  if (reasonOf(block) !== undefined) return undefined;
  if (block.language === 'sql') return () => asks(block);
  if (isCommands(block)) return () => canBeTyped(block);
  if (block.language === 'json') return () => JSON.parse(block.code);
  if (block.language === 'mermaid' && block.code.startsWith('stateDiagram')) return () => drawsTheMoves(block);
  return () => Promise.reject(new Error('Nothing here can run it: say why, in <!-- not run: … -->'));
}

const checks = chosen.flatMap((block): [string, () => unknown][] => {
  const check = checkOf(block);
  return check ? [[nameOf(block), check]] : [];
});
await keep(checks, async () => {
  await admin.end();
  await server.release();
});
const notRun = chosen.filter((block) => reasonOf(block) !== undefined);
for (const block of notRun)
  console.log(
    `not run${isProgram(block) && !block.says.excerpt ? ', only compiled' : ''}: ${nameOf(block)}: ${reasonOf(block)}`,
  );
console.log(
  `${chosen.length} blocks on ${new Set(chosen.map(({ page }) => page)).size} pages, ${notRun.length} of them not run`,
);
