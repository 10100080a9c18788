/** Lets Node itself run this repository's TypeScript, as `node --import` of this file: for child processes of tests. */
import { existsSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { transformFile } from '@swc/core';

// Node loads this file a second time, in the thread where the two functions below work.
if (isMainThread) register(import.meta.url);

// Named, since swc looks for it from the working folder, and a child process may have any.
const SWC = fileURLToPath(new URL('../../.swcrc', import.meta.url));

export async function resolve(specifier, context, next) {
  if (/^(\.|\/|file:).*\.js$/.test(specifier)) {
    const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL ?? 'file:///');
    if (!source.pathname.includes('/node_modules/') && existsSync(source))
      return { url: source.href, shortCircuit: true };
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const { code } = await transformFile(fileURLToPath(url), { configFile: SWC });
  return { format: 'module', source: code, shortCircuit: true };
}
