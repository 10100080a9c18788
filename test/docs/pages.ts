/** The pages whose code blocks are run. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Block, blocksOf } from './blocks.js';
import { REPOSITORY } from './programs.js';
import { allSamples } from './samples.js';

const ROOTS = ['README.md', 'CONTRIBUTING.md', 'sample-app/README.md'];

export function pages(): string[] {
  const docs = readdirSync(join(REPOSITORY, 'docs'), { recursive: true, encoding: 'utf8' });
  return [
    ...ROOTS,
    ...docs
      .filter((file) => file.endsWith('.md'))
      .map((file) => join('docs', file))
      .sort(),
  ];
}

/** Those that no suite runs: samples and the apps of the ways over stand in their pages as they are, and are run there. */
export function everyBlock(): Block[] {
  const apps = readdirSync(join(REPOSITORY, 'test/ways-over'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .flatMap(({ name }) =>
      ['before', 'after', 'both'].map((file) => join(REPOSITORY, 'test/ways-over', name, `${file}.ts`)),
    )
    .map((file) => readFileSync(file, 'utf8').trim());
  const samples = new Set([...apps, ...allSamples().flatMap(({ code, output }) => [code.trim(), output.trim()])]);
  return pages()
    .flatMap((page) => blocksOf(page, readFileSync(join(REPOSITORY, page), 'utf8')))
    .filter(({ code }) => !samples.has(code.trim()));
}
