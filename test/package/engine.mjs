/** The engine for people who have no Nest: nothing of it is installed, loaded or named in a type. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compilerOptions } from './apps.mjs';
import { aFolder, REPOSITORY, run, serverUrl, tarball } from './folders.mjs';

export const engine = [
  [
    'runs a job where there is no Nest, strictly typed, and installs none',
    async () => {
      const folder = await aFolder();
      await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
      const install = ['install', '--no-audit', '--no-fund', '--loglevel=error'];
      await run(folder, 'npm', [...install, (await tarball()).path, 'typescript@6', '@types/node@20']);
      assert.equal(existsSync(join(folder, 'node_modules/@nestjs')), false);
      await cp(join(REPOSITORY, 'test/package/engine.ts'), join(folder, 'engine.ts'));
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['engine.ts'] }));
      await run(folder, 'node_modules/.bin/tsc', ['-p', '.']);
      const said = await run(folder, process.execPath, ['out/engine.js'], { DATABASE_URL: await serverUrl() });
      assert.deepEqual(JSON.parse(said), { performed: 8, state: 'completed', result: 42 });
    },
  ],
];
