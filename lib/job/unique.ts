/** Unique jobs: what a caller says of it, and the key that is made of it. */
import { createHash } from 'node:crypto';
import { InvalidJobError } from '../base/errors.js';
import { didYouMean } from '../base/suggest.js';
import { toJson } from './text.js';

/** At most one job of the topic has a key at a time. */
export interface Unique {
  /** What must be unique: a text, or anything JSON can say. */
  key?: unknown;
  /** Or where it stands: `['data.userId']`, `['data', 'attributes.tenant']`. */
  by?: readonly string[] | undefined;
  /**
   * `queued`: while the job waits in the queue. `unfinished`: until it is completed, failed or cancelled. `seconds`: for
   * so long, whatever becomes of it but cancellation and deletion. Default `unfinished`.
   */
  while?: 'queued' | 'unfinished' | { seconds: number } | undefined;
  /**
   * What an add does that meets a job with the key. `ignore`: gives that job's id. `reject`: throws DuplicateJobError.
   * `replace`: that job, if it still waits, gets everything of this one but the id. `reschedule`: that job, if it still
   * waits, gets this one's time. Default `ignore`.
   */
  onConflict?: 'ignore' | 'replace' | 'reschedule' | 'reject' | undefined;
}

export type OnConflict = NonNullable<Unique['onConflict']>;

/** A checked wish: its key, a uuid, and what the insert reads of it. */
export interface UniqueSpec {
  readonly key: string;
  readonly onConflict: OnConflict;
  /** Members of a JSON object, with the comma before them. */
  readonly json: string;
}

const KNOWN = ['key', 'by', 'while', 'onConflict'] as const;
const ON_CONFLICT: readonly OnConflict[] = ['ignore', 'replace', 'reschedule', 'reject'];
const MAX_SECONDS = 10 * 366 * 24 * 3_600;

/**
 * @param job the job as JSON text, in which `by` looks
 * @throws InvalidJobError
 */
export function uniqueOf(said: unknown, topic: string, job: string, where: string): UniqueSpec {
  const fault = (what: string) => new InvalidJobError(`${where}: unique${what}`);
  if (said === null || typeof said !== 'object' || Array.isArray(said))
    throw fault(" is an object such as { key: 'user 7', while: 'queued' }");
  for (const key in said)
    if (!(KNOWN as readonly string[]).includes(key)) throw fault(`: nobody knows "${key}"${didYouMean(key, KNOWN)}`);
  const { key, by, while: held = 'unfinished', onConflict = 'ignore' } = said as Unique;
  if ((key === undefined) === (by === undefined)) throw fault(': say key or by, one of them');
  if (!ON_CONFLICT.includes(onConflict))
    throw fault(`.onConflict is one of ${ON_CONFLICT.join(', ')}, not ${String(onConflict)}`);
  const seconds = typeof held === 'object' && held !== null ? held.seconds : undefined;
  if (seconds === undefined ? held !== 'queued' && held !== 'unfinished' : !(seconds > 0 && seconds <= MAX_SECONDS))
    throw fault(`.while is 'queued', 'unfinished' or { seconds } (above 0, up to ten years)`);
  const named = by === undefined ? textOf(key, where) : partsOf(by, job, fault);
  const hashed = hash(topic, named);
  return {
    key: hashed,
    onConflict,
    json: `,"key":"${hashed}","held_while":"${seconds === undefined ? held : 'seconds'}","held_seconds":${seconds ?? 'null'},"on_conflict":"${onConflict}"`,
  };
}

// A letter before each kind of key keeps the text "7" apart from the number 7. add_job makes the keys of texts, too.
const textOf = (key: unknown, where: string): string =>
  typeof key === 'string' ? `s${key}` : `j${canonical(JSON.parse(toJson(key, `the unique key of ${where}`)))}`;

function partsOf(by: unknown, job: string, fault: (what: string) => Error): string {
  if (!Array.isArray(by) || by.length === 0 || !by.every((path) => /^(data|attributes)(\.|$)/.test(String(path))))
    throw fault(".by is an array of places such as 'data.userId', 'data' or 'attributes.tenant'");
  const whole: unknown = JSON.parse(job);
  const parts = [...new Set(by as string[])].sort().map((path) => [path, ...at(whole, path.split('.'))]);
  if (parts.every((part) => part.length === 1))
    throw fault(`.by: the job has nothing at ${by.join(', ')}, so all such jobs would be one`);
  return `b${canonical(parts)}`;
}

/** What stands there, in an array; an empty one when nothing does. */
function at(value: unknown, [step, ...rest]: readonly string[]): [] | [unknown] {
  if (step === undefined) return [value];
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, step)) return [];
  return at((value as Record<string, unknown>)[step], rest);
}

/** JSON in which the order of an object's keys makes no difference. */
export function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`;
}

/** Half of SHA-256: nobody can make two keys meet. A topic has no U+0000. */
function hash(topic: string, named: string): string {
  const hex = createHash('sha256').update(`${topic}\u0000${named}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
