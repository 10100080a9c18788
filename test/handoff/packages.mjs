/** Lets a child process find, as Jest does, the package that was built and the clients that lie here. */
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

// Node loads this file a second time, in the thread where the function below works.
if (isMainThread) register(import.meta.url);

export async function resolve(specifier, context, next) {
  const [own, path = 'index'] = /^programma(?:\/(.+))?$/.exec(specifier) ?? [];
  if (own) return { url: new URL(`../../dist/${path}.js`, import.meta.url).href, shortCircuit: true };
  try {
    return await next(specifier, context);
  } catch {
    return next(specifier, { ...context, parentURL: import.meta.url });
  }
}
