/** Compiles the samples of a suite as strictly as TypeScript can, beside the package as it is published, and runs each. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { aDatabase } from '../support/database.js';
import { allSamples, ROOT, SAMPLES, suiteOf } from './samples.js';

const run = promisify(execFile);

/** @param suite whose packages they have: a folder with a package.json */
export function runsItsSamples(suite: string): void {
  const samples = allSamples().filter((sample) => suiteOf(sample) === suite);
  const built = `${ROOT}${suite}/.built/samples`;

  describe('a sample of the documentation', () => {
    beforeAll(async () => {
      rmSync(built, { recursive: true, force: true });
      mkdirSync(built, { recursive: true });
      writeFileSync(`${built}/package.json`, '{ "type": "module" }');
      writeFileSync(`${built}/tsconfig.json`, JSON.stringify({ compilerOptions: OPTIONS }));
      // Copied, not linked: so its optional packages are looked for beside it, as where it is installed.
      for (const part of ['package.json', 'dist', 'migrations'])
        cpSync(`${ROOT}${part}`, `${built}/node_modules/programma/${part}`, { recursive: true });
      for (const { name } of samples) cpSync(`${SAMPLES}/${name}`, `${built}/${name}`, { recursive: true });
      await run(process.execPath, [`${ROOT}node_modules/typescript/bin/tsc`, '-p', built]).catch(({ stdout }) => {
        throw new Error(`The samples do not compile:\n${stdout}`);
      });
    }, 240_000);

    it.each(samples)(
      'prints what its output.txt says: $name',
      async ({ name, output }) => {
        const { url } = await aDatabase({ empty: true });
        const env = { ...process.env, DATABASE_URL: url };
        const { stdout } = await run(process.execPath, [`${built}/${name}/main.js`], { env, timeout: 60_000 });
        expect(stdout).toBe(output);
      },
      70_000,
    );
  });
}

const OPTIONS = {
  module: 'nodenext',
  target: 'es2023',
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  noImplicitOverride: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  skipLibCheck: true,
  types: ['node'],
};
