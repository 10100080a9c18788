/** A frame of AsyncLocalStorage for each piece of work, so that nobody's context leaks into another's. */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';

/** Runs `work` as if nobody had called it: a claim may be woken by a caller who has a request's context. */
export const fromOutside: <T>(work: () => T) => T = AsyncLocalStorage.snapshot();

/**
 * Jobs of one claim start one after another, and none may see what another one, or a listener or a schema of its own,
 * has entered. A new resource each time, since `enterWith` writes on the one it finds.
 */
export function inAFrameOfItsOwn<T>(work: () => T): T {
  return new AsyncResource('ProgrammaJob').runInAsyncScope(work);
}
