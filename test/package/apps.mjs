/** Small applications of users': strictly typed, on Nest 11 and 12, as ESM and as CommonJS; each runs a job and ends. */
import assert from 'node:assert/strict';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { folderWithNest, nodeOf, REPOSITORY, run, serverUrl } from './folders.mjs';

export const compilerOptions = {
  target: 'ES2023',
  module: 'nodenext',
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  types: ['node'],
  outDir: 'out',
  rootDir: '.',
};

const built = new Map();
/** @param type of its package.json: `module` or `commonjs` */
function compiledApp(nest, type) {
  const key = `${nest} ${type}`;
  if (!built.has(key)) built.set(key, compile(nest, type));
  return built.get(key);
}

async function compile(nest, type) {
  const folder = join(await folderWithNest(nest), `app-${type}`);
  await mkdir(folder);
  await cp(join(REPOSITORY, 'test/package/app.ts'), join(folder, 'app.ts'));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type }));
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['app.ts'] }));
  await run(folder, '../node_modules/.bin/tsc', ['-p', '.']);
  await writeFile(join(folder, 'out/package.json'), JSON.stringify({ type }));
  return folder;
}

async function boots(nest, type, major) {
  const folder = await compiledApp(nest, type);
  const said = await run(folder, await nodeOf(major), ['out/app.js'], {
    DATABASE_URL: await serverUrl(),
    SCHEMA: `nest ${nest} ${type} ${major}`,
  });
  const { node, ...rest } = JSON.parse(said);
  assert.equal(node, major);
  assert.deepEqual(rest, { nest, state: 'completed', result: { sentTo: 'ada@example.org' }, module: type });
}

const OWN = Number(process.versions.node.split('.')[0]);
/** `npm run package -- --nodes 22,24`: other versions of Node, too. */
const { values } = parseArgs({ options: { nodes: { type: 'string', default: '' } } });
const nodes = [...new Set([OWN, ...values.nodes.split(',').filter(Boolean).map(Number)])];

export const apps = [11, 12].flatMap((nest) =>
  ['module', 'commonjs'].flatMap((type) =>
    nodes.map((major) => [
      `boots on Nest ${nest} and Node ${major} in a strictly typed application of type ${type}, and runs a job`,
      () => boots(nest, type, major),
    ]),
  ),
);
