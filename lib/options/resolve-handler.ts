/** What holds for one handler: configuration by pattern, then its own words, then the defaults. */
import { OptionsError } from '../base/errors.js';
import { type Backoff, DEFAULT_BACKOFF } from '../job/backoff.js';
import { matches, topicFault } from '../job/topic.js';
import { Checker, show } from './checker.js';
import { DEFAULTS } from './defaults.js';
import type { HandlerOptions, ResolvedHandler } from './handler-options.js';
import type { Resolved } from './resolved.js';

export const KNOWN = [
  'heartBeat',
  'maxJobs',
  'completion',
  'maxAttempts',
  'backoff',
  'timeoutSeconds',
  'batch',
] as const;
const BACKOFF = ['type', 'seconds', 'maxSeconds', 'jitter'] as const;

/**
 * @param where names the handler in an error: a class and method, or processJobs
 * @throws OptionsError with every fault
 */
export function resolveHandler(
  topic: string,
  own: HandlerOptions,
  completion: 'auto' | 'manual',
  engine: Pick<Resolved, 'heartBeat' | 'maxJobs' | 'handlers'>,
  where: string,
): ResolvedHandler {
  const c = new Checker();
  const fault = topicFault(topic);
  if (fault) c.fault(fault);
  checkHandlerOptions(c, '', own);
  if (c.problems.length > 0) throw new OptionsError(c.problems, where);
  const said = { ...own };
  for (const [pattern, configured] of bySpecificity(engine.handlers))
    if (matches(pattern, topic))
      for (const key of KNOWN) if (configured[key] !== undefined) Object.assign(said, { [key]: configured[key] });
  const mode = said.completion ?? completion;
  const batch = own.batch === undefined ? undefined : said.batch;
  return Object.freeze({
    topic,
    heartBeatMs: 1_000 * (said.heartBeat ?? engine.heartBeat),
    maxJobs: said.maxJobs ?? Math.max(engine.maxJobs, batch ?? 1),
    completion: mode,
    maxAttempts: said.maxAttempts ?? (mode === 'auto' ? DEFAULTS.maxAttempts : null),
    backoff: said.backoff ?? DEFAULT_BACKOFF,
    timeoutSeconds: said.timeoutSeconds,
    batch,
  });
}

/** The wider pattern first, so that the narrower one has the last word. */
const bySpecificity = (handlers: Readonly<Record<string, HandlerOptions>>): [string, HandlerOptions][] =>
  Object.entries(handlers).sort(([a], [b]) => Number(b.includes('*')) - Number(a.includes('*')) || a.length - b.length);

export function checkHandlerOptions(c: Checker, path: string, said: unknown): void {
  if (said === null || typeof said !== 'object' || Array.isArray(said)) {
    c.fault(`${path.replace(/\.$/, '') || 'handler options'}: is not an object`);
    return;
  }
  const options = said as HandlerOptions;
  c.keys(path, options, KNOWN);
  c.number(`${path}heartBeat`, options.heartBeat, 1, 1, 3_600, 'seconds');
  c.whole(`${path}maxJobs`, options.maxJobs, 1, 1, 10_000);
  c.whole(`${path}batch`, options.batch, 1, 1, 10_000);
  c.whole(`${path}maxAttempts`, options.maxAttempts, 1, 1, 1_000_000);
  c.number(`${path}timeoutSeconds`, options.timeoutSeconds, 1, 0.001, 2_000_000, 'seconds');
  if (options.completion !== undefined && options.completion !== 'auto' && options.completion !== 'manual')
    c.fault(`${path}completion: ${show(options.completion)} is not "auto" or "manual"`);
  checkBackoff(c, `${path}backoff`, options.backoff);
}

function checkBackoff(c: Checker, path: string, backoff: Backoff | undefined): void {
  if (backoff === undefined || typeof backoff === 'function') return;
  const steps = c.object(path, backoff, BACKOFF);
  if (steps.type !== undefined && !['exponential', 'linear', 'fixed'].includes(steps.type as string))
    c.fault(`${path}.type: ${show(steps.type)} is not "exponential", "linear" or "fixed"`);
  c.number(`${path}.seconds`, steps.seconds, 1, 0, 1e9, 'seconds');
  c.number(`${path}.maxSeconds`, steps.maxSeconds, 1, 0, 1e9, 'seconds');
  c.flag(`${path}.jitter`, steps.jitter, true);
}

/** Whether this process works on the topic. */
export function worksOn(workers: Resolved['workers'], topic: string): boolean {
  if (typeof workers === 'boolean') return workers;
  if ('only' in workers) return workers.only.some((pattern) => matches(pattern, topic));
  return !workers.except.some((pattern) => matches(pattern, topic));
}
