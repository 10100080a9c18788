/** Checks that what a shell block says can be typed: its scripts, packages, tools and files are there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Block } from './blocks.js';
import { REPOSITORY } from './programs.js';

export const isCommands = ({ language }: Block): boolean => /^(bash|sh|shell)$/.test(language);

/** One command each: comments, continued lines, `&&` and the environment in front are taken away. */
export function commandsOf({ code }: Block): string[] {
  return code
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, ''))
    .flatMap((line) => line.split('&&'))
    .map((command) => command.trim().replace(/^([A-Z_][A-Z0-9_]*=("[^"]*"|'[^']*'|\S*)\s+)+/, ''))
    .filter((command) => command !== '');
}

/** `npx programma …` is not only looked at: it is run. */
export const isOurs = (command: string): boolean => command.startsWith('npx programma ');

/** @returns what is wrong with it, or undefined */
export function faultOf(command: string, { says }: Block): string | undefined {
  const [tool = '', ...words] = command.split(/\s+/);
  const { scripts, ...manifest } = manifestOf(says.packages ?? '.');
  if (isOurs(command)) return undefined;
  if (tool === 'npm') {
    const [verb = '', ...rest] = words;
    if (verb === 'ci') return undefined;
    if (verb === 'start' || verb === 'test') return scripts[verb] ? undefined : `there is no script "${verb}"`;
    if (verb === 'run') return scripts[rest[0] ?? ''] ? undefined : `there is no script "${rest[0]}"`;
    if (verb === 'install' || verb === 'i') {
      const known = new Set(['programma', ...namesIn(manifest), ...namesIn(manifestOf('test/docs'))]);
      const unknown = rest.filter((name) => !name.startsWith('-') && !known.has(name.replace(/(?<=.)@.*$/, '')));
      return unknown.length === 0 ? undefined : `nothing here uses the package ${unknown.join(', ')}`;
    }
  }
  if (tool === 'npx')
    return existsSync(join(REPOSITORY, 'node_modules/.bin', words.find((word) => !word.startsWith('-')) ?? '?'))
      ? undefined
      : `there is no tool "${words[0]}"`;
  if (tool === 'node') {
    const file = words.findLast((word) => /\.(m?js|ts)$/.test(word));
    return file && existsSync(join(REPOSITORY, file)) ? undefined : `there is no file ${file}`;
  }
  return `nobody knows whether "${tool}" works: say why it is not run`;
}

interface Manifest {
  scripts: Record<string, string>;
  [kind: string]: Record<string, string> | undefined;
}

function manifestOf(folder: string): Manifest {
  const manifest = JSON.parse(readFileSync(join(REPOSITORY, folder, 'package.json'), 'utf8'));
  return { ...manifest, scripts: JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')).scripts };
}

const namesIn = (manifest: Record<string, unknown>): string[] =>
  ['dependencies', 'devDependencies', 'peerDependencies'].flatMap((kind) => Object.keys(manifest[kind] ?? {}));
