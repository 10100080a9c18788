/** The house keeps its shape: imports only fall, the four walls stand, and every file stays small. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import ts from 'typescript';
import { STATEMENTS } from '../../lib/store/statements.js';

/** From the ground up; a name is a folder of lib/, or a file that stands alone. */
const FLOORS: readonly (readonly string[])[] = [
  ['base'],
  ['job'],
  ['events', 'options'],
  ['store'],
  ['worker', 'notify', 'maintenance', 'migrate', 'transaction', 'verbs'],
  ['handoff'],
  ['assembly'],
  ['job-verbs'],
  ['programma'],
  ['nest', 'telemetry'],
  ['terminus', 'dashboard', 'testing'],
  ['index', 'engine'],
];
const NEST = FLOORS.findIndex((floor) => floor.includes('nest'));
const LIB = fileURLToPath(new URL('../../lib', import.meta.url));

interface Import {
  readonly from: string;
  /** A file of lib/, or the name of a package. */
  readonly to: string;
  readonly typesOnly: boolean;
}

const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const textOf = (file: string): string => readFileSync(join(LIB, file), 'utf8');
const imports = files.flatMap(importsOf);
const inside = imports.filter(({ to }) => files.includes(to));
const roomOf = (file: string): string => file.replace(/\.ts$/, '').split('/')[0] ?? '';
const floorOf = (file: string): number => FLOORS.findIndex((rooms) => rooms.includes(roomOf(file)));
const isNest = (to: string): boolean => to.startsWith('@nestjs/') || to === 'rxjs' || to === 'reflect-metadata';
const named = ({ from, to }: Import): string => `${from} imports ${to}`;

/** What is imported and what is passed on, types included, also by `import('…')`. */
function importsOf(from: string): Import[] {
  const found: Import[] = [];
  const note = (name: ts.Node | undefined, typesOnly: boolean): void => {
    if (!name || !ts.isStringLiteral(name)) return;
    const path = relative(LIB, join(LIB, dirname(from), name.text)).replace(/\.js$/, '.ts');
    found.push({ from, to: name.text.startsWith('.') ? path : name.text, typesOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) note(node.moduleSpecifier, node.importClause?.isTypeOnly === true);
    else if (ts.isExportDeclaration(node)) note(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node))
      note(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      note(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(from, textOf(from), ts.ScriptTarget.Latest));
  return found;
}

/** The files of a circle, or undefined. */
function circle(from: string, path: readonly string[], seen: Set<string>): string[] | undefined {
  if (path.includes(from)) return [...path.slice(path.indexOf(from)), from];
  if (seen.has(from)) return undefined;
  seen.add(from);
  for (const { to } of inside.filter((i) => i.from === from)) {
    const found = circle(to, [...path, from], seen);
    if (found) return found;
  }
  return undefined;
}

/** Without its comments, which may name what the code must not. */
const code = (file: string): string => textOf(file).replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');

it('gives every file a floor', () => {
  expect(files.filter((file) => floorOf(file) < 0)).toEqual([]);
});

it('lets imports only fall, past the other rooms of their own floor', () => {
  const rising = inside.filter(({ from, to }) => floorOf(to) > floorOf(from));
  const sideways = inside.filter(({ from, to }) => floorOf(to) === floorOf(from) && roomOf(to) !== roomOf(from));
  expect([...rising, ...sideways].map(named)).toEqual([]);
});

it('finds every file that is imported', () => {
  expect(imports.filter(({ to }) => to.endsWith('.ts') && !files.includes(to)).map(named)).toEqual([]);
});

it('has no circle of files', () => {
  const seen = new Set<string>();
  expect(files.map((file) => circle(file, [], seen)).find(Boolean)).toBeUndefined();
});

it('lets nobody inside import a door', () => {
  const doors = FLOORS.at(-1) ?? [];
  const knocking = inside.filter(({ to }) => doors.includes(roomOf(to)) || to.endsWith('/index.ts'));
  expect(knocking.map(named)).toEqual([]);
});

it('speaks to PostgreSQL in the store alone', () => {
  const speaking = imports.filter(({ to }) => to === 'pg' || to.startsWith('pg-'));
  const mayNameTypes = ({ from, typesOnly }: Import) => roomOf(from) === 'options' && typesOnly;
  expect(speaking.filter((i) => roomOf(i.from) !== 'store' && !mayNameTypes(i)).map(named)).toEqual([]);
});

it('knows Nest from its floor up only', () => {
  expect(imports.filter(({ from, to }) => isNest(to) && floorOf(from) < NEST).map(named)).toEqual([]);
});

it.each(['engine.ts', 'testing/engine.ts', 'testing/postgres.ts'])('loads no Nest by the door %s', (door) => {
  const behind = new Set([door]);
  for (const file of behind)
    for (const { from, to, typesOnly } of inside) if (from === file && !typesOnly) behind.add(to);
  expect(imports.filter(({ from, to }) => behind.has(from) && isNest(to)).map(named)).toEqual([]);
});

it('has no file over 300 lines', () => {
  const sizes = files.map((file) => ({ file, lines: textOf(file).trimEnd().split('\n').length }));
  expect(sizes.filter(({ lines }) => lines > 300)).toEqual([]);
});

it('opens every file with the sentence that says what it is for', () => {
  expect(files.filter((file) => !/^(#!.*\n)?\/\*\* ["`A-Za-z][^*]*[.:?!…]/.test(textOf(file)))).toEqual([]);
});

it('loads every .sql file, and only such that exist', () => {
  const there = readdirSync(join(LIB, 'store/sql')).map((file) => file.replace(/\.sql$/, ''));
  expect([...STATEMENTS].sort()).toEqual(there.sort());
});

it('uses every statement that it loads', () => {
  const store = files.filter((file) => roomOf(file) === 'store' && file !== 'store/statements.ts').map(textOf);
  const uses = (name: string) => [`sql['${name}']`, `sql.${name}`, `statement: '${name}'`];
  expect(STATEMENTS.filter((name) => !store.some((text) => uses(name).some((use) => text.includes(use))))).toEqual([]);
});

it('asks for time, chance and new names in one file', () => {
  const asking = /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.|\bMath\.random\b|\brandomUUID\b|from 'uuid'/;
  expect(files.filter((file) => asking.test(code(file)))).toEqual(['base/clock.ts']);
});

it('never writes to the console', () => {
  expect(files.filter((file) => /\bconsole\s*[.[]/.test(code(file)))).toEqual([]);
});
