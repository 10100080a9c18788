/** A frame of AsyncLocalStorage for each piece of work, so that nobody's context leaks into another's. */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';

const outside = AsyncLocalStorage.snapshot();

/**
 * Runs `work` as if nobody had called it: a claim may be woken by a caller who has a request's context, and jobs of one
 * claim start one after another. A new resource each time, since `enterWith` writes on the one it finds.
 */
export function inAFrameOfItsOwn<T>(work: () => T): T {
  return outside(() => new AsyncResource('ProgrammaJob').runInAsyncScope(work));
}
