/** A break that finds nothing to break any more, or after which nothing can be loaded, would show nothing. */
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { parse } from '@swc/core';
import { BREAKS, broken } from './all.js';

const home = fileURLToPath(new URL('../../', import.meta.url));

it('finds in today’s code what each break is to change, and leaves what can be loaded', async () => {
  const useless: string[] = [];
  for (const one of BREAKS)
    try {
      for (const [path, { after }] of await broken(one, home))
        if (path.endsWith('ts')) await parse(after, { syntax: 'typescript', decorators: true });
        else if (path.endsWith('js')) await parse(after, { syntax: 'ecmascript' });
    } catch (error) {
      useless.push(`${one.what}: ${String(error)}`);
    }
  expect(useless).toEqual([]);
});
