/** Turns the program blocks of the pages into files of a folder that can see their packages, and compiles them. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Block } from './blocks.js';

export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const execute = promisify(execFile);

/** One file: a block, and those that continue it. */
export interface Program {
  readonly blocks: readonly Block[];
  /** The folder of this repository whose `node_modules` it uses. */
  readonly packages: string;
  /** Below `.generated` there. */
  readonly path: string;
  readonly source: string;
  /** jest or vitest, of a spec file. */
  readonly runner: string | undefined;
  /** For each line of the source, what it is in the page. */
  readonly lines: readonly string[];
}

export const isProgram = ({ language }: Block): boolean => /^(ts|typescript|js|mjs|javascript)$/.test(language);

const slugOf = (page: string): string => page.replace(/\.md$/, '').replaceAll('/', '-').toLowerCase();

export function programsOf(blocks: readonly Block[]): Program[] {
  const groups: Block[][] = [];
  for (const block of blocks.filter(
    (one) => one.says.excerpt === undefined && (isProgram(one) || one.says.file !== undefined),
  )) {
    if (block.says.continues === undefined) groups.push([block]);
    else if (groups.at(-1)?.[0]?.page === block.page) groups.at(-1)?.push(block);
    else throw new Error(`${block.page}:${block.line} continues nothing`);
  }
  return groups.flatMap((group) => {
    const runners = group[0]?.says.test?.split(/[\s,]+/) ?? [undefined];
    return runners.map((runner) => programOf(group, runner));
  });
}

function programOf(blocks: readonly Block[], runner: string | undefined): Program {
  const [first] = blocks as [Block, ...Block[]];
  const parts = [
    ...blocks.flatMap((block) => [hidden(block, 'before'), shown(block)]),
    ...blocks.toReversed().map((block) => hidden(block, 'after')),
  ].flat();
  const ending = /^ts|^typescript/.test(first.language) ? 'ts' : 'mjs';
  const name = first.says.file ?? `line-${first.line}.${runner ? `${runner}.spec.` : ''}${ending}`;
  const source = parts.map(([text]) => text).join('\n');
  return {
    blocks,
    packages: first.says.packages ?? 'test/docs',
    path: join('docs', slugOf(first.page), name),
    // The same spec file for both: only where `expect` comes from differs.
    source: runner === 'vitest' ? source.replace("'@jest/globals'", "'vitest'") : source,
    runner,
    lines: parts.map(([, place]) => place),
  };
}

type Line = readonly [text: string, place: string];

const shown = ({ code, page, line }: Block): Line[] =>
  code.split('\n').map((text, at) => [text, `${page}:${line + at}`]);

const hidden = ({ says, page, line }: Block, what: 'before' | 'after'): Line[] =>
  (says[what] ?? '').split('\n').map((text, at) => [text, `${page}:${line}, line ${at + 1} of "${what}"`]);

export const folderOf = (packages: string): string => join(REPOSITORY, packages, '.generated');

/** Where a compiled program lies. */
export const builtOf = ({ packages, path }: Program): string =>
  join(folderOf(packages), 'built', path.replace(/\.ts$/, '.js'));

const COMPILER_OPTIONS = {
  target: 'ES2023',
  module: 'nodenext',
  moduleDetection: 'force',
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  isolatedModules: true,
  skipLibCheck: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  sourceMap: true,
  types: ['node'],
  rootDir: '.',
  outDir: 'built',
};

/** @returns what the compiler says about each program, in the page's lines */
export async function compiled(programs: readonly Program[]): Promise<Map<Program, string[]>> {
  const faults = new Map<Program, string[]>();
  for (const packages of new Set(programs.map((program) => program.packages))) {
    const here = programs.filter((program) => program.packages === packages);
    const folder = folderOf(packages);
    await prepare(packages);
    await mkdir(join(folder, 'docs'));
    await cp(join(REPOSITORY, 'test/docs/try-out.ts'), join(folder, 'docs/try-out.ts'));
    for (const { path, source } of here) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), source);
    }
    const project = join(folder, 'tsconfig.docs.json');
    await writeFile(project, JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: ['docs/**/*.ts'] }));
    for (const line of (await compilerSays(project)).split('\n')) {
      const [, path, at, message] = /^(\S+?)\((\d+),\d+\): (.*)$/.exec(line) ?? [];
      if (path === undefined) continue;
      const program = here.find((one) => join(folder, one.path) === join(folder, path));
      if (!program) throw new Error(line);
      faults.set(program, [...(faults.get(program) ?? []), `${program.lines[Number(at) - 1]}: ${message}`]);
    }
  }
  return faults;
}

/** Its packages, and Programma among them as a user has it: copied, since a link would look for peers elsewhere. */
async function prepare(packages: string): Promise<void> {
  const root = join(REPOSITORY, packages);
  if (existsSync(join(root, 'package-lock.json')) && !existsSync(join(root, 'node_modules')))
    await execute('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root });
  const folder = folderOf(packages);
  for (const path of ['docs', 'built', 'node_modules/programma'])
    await rm(join(folder, path), { recursive: true, force: true });
  for (const path of ['package.json', 'dist', 'migrations'])
    await cp(join(REPOSITORY, path), join(folder, 'node_modules/programma', path), { recursive: true });
}

async function compilerSays(project: string): Promise<string> {
  const tsc = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
  const options = { cwd: dirname(project), maxBuffer: 64 * 1024 * 1024 };
  return execute(process.execPath, [tsc, '-p', project, '--pretty', 'false'], options).then(
    ({ stdout }) => stdout,
    (error: { stdout?: string }) => error.stdout ?? String(error),
  );
}
