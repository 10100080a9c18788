/** What is in the tarball. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORY, tarball } from './folders.mjs';

async function wanted() {
  // A declaration file of ours only helps the compiler here.
  const sources = (await filesBelow('lib')).filter((path) => !path.endsWith('.d.ts'));
  const built = sources.flatMap((path) => {
    const there = path.replace(/^lib/, 'dist');
    return path.endsWith('.ts') ? [there.replace(/ts$/, 'js'), there.replace(/ts$/, 'd.ts')] : [there];
  });
  return [
    ...['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'],
    ...built,
    ...(await filesBelow('migrations')),
  ].sort();
}

async function filesBelow(folder) {
  const entries = await readdir(join(REPOSITORY, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(REPOSITORY.length));
}

export const contents = [
  [
    'holds the built library, its SQL and its papers, and nothing else',
    async () => assert.deepEqual([...(await tarball()).files].sort(), await wanted()),
  ],
];
