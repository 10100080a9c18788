/** Turns what a caller says of a new job into what the statement wants, or refuses it before it costs anything. */
import { newId } from '../base/clock.js';
import { InvalidJobError } from '../base/errors.js';
import { didYouMean } from '../base/suggest.js';
import type { Topic } from './define-topic.js';
import { faultOf } from './outcome.js';
import { toJson } from './text.js';
import { checkTopic } from './topic.js';
import { type Unique, type UniqueSpec, uniqueOf } from './unique.js';

/** What a caller may say of a new job; everything is optional. */
export interface JobConfig<T = unknown> {
  /** The payload: anything JSON can say, up to 16 MB. */
  data?: T | undefined;
  /** Notes beside the payload that are meant to change later (addToAttributes). */
  attributes?: Record<string, unknown> | undefined;
  /** Not before this moment: a Date, or ISO-8601 text (UTC where it names no zone). Wins over `runAfterSeconds`. */
  runAfterDate?: Date | string | undefined;
  /** Not before so many seconds from now, by the database's clock. Default 0: at once. */
  runAfterSeconds?: number | undefined;
  /** How long a claim of this job lasts, 1 s or more. Default: the option `jobs.retryAfterSeconds`, 30. */
  retryAfterSeconds?: number | undefined;
  /** 0 (first) to 9 (last). Default: the option `jobs.priority`, 5. */
  priority?: number | undefined;
  /** Attempts before the job is `failed`. Default: the handler's. */
  maxAttempts?: number | undefined;
  /** A uuid of the caller's. A job with this id that is there already stays as it is. */
  id?: string | undefined;
  /** At most one job of the topic at a time has this key. */
  unique?: Unique | undefined;
}

/** One of addJobs: with a defined topic, its payload has that topic's type. */
export type NewJob<T extends string | Topic = string | Topic> = { topic: T } & (T extends Topic
  ? JobConfig<T['~types']['input']> & { data: T['~types']['input'] }
  : JobConfig);

/** A checked job, as the inserts read it. */
export interface JobSpec {
  readonly id: string;
  readonly topic: string;
  /** What is said of it beside its documents, as a JSON object. */
  readonly json: string;
  /** Its documents as JSON; undefined: it has none. */
  readonly data: string | undefined;
  readonly attributes: string | undefined;
  /** About how much of a statement it fills. */
  readonly bytes: number;
  readonly leaseSeconds: number;
  /** It is due when it is added, and nobody else can have a job of its id. */
  readonly atOnce: boolean;
  readonly unique?: UniqueSpec;
}

export interface JobDefaults {
  readonly retryAfterSeconds: number;
  readonly priority: number;
}

export const KNOWN = new Set([
  'data',
  'attributes',
  'runAfterDate',
  'runAfterSeconds',
  'retryAfterSeconds',
  'priority',
  'maxAttempts',
  'id',
  'unique',
  'topic',
]);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** About eight thousand years, so that now plus a delay stays before the year 9999. */
const MAX_DELAY_SECONDS = 2.5e11;
export const MAX_LEASE_SECONDS = 10 * 366 * 24 * 3_600;

/** @throws InvalidJobError */
export function specOf(topic: string, config: JobConfig, defaults: JobDefaults): JobSpec {
  checkTopic(topic);
  const where = `a job for "${topic}"`;
  if (config === null || typeof config !== 'object')
    throw new InvalidJobError(`${where}: what is said of it must be an object such as { data, runAfterSeconds }`);
  for (const key in config)
    if (!KNOWN.has(key)) throw new InvalidJobError(`${where}: nobody knows "${key}"${didYouMean(key, KNOWN)}`);

  const id = config.id === undefined ? newId() : checkId(config.id, where);
  const priority = config.priority ?? defaults.priority;
  checkPriority(priority, where);
  const lease = config.retryAfterSeconds ?? defaults.retryAfterSeconds;
  checkLease(lease, where);

  let json = `{"id":"${id}","topic":${JSON.stringify(topic)},"priority":${priority},"retry_after_seconds":${lease}`;
  const time = timeOf(config, where);
  json += time;
  if (config.maxAttempts !== undefined) json += `,"max_attempts":${checkAttempts(config.maxAttempts, where)}`;
  json += '}';
  const attributes = config.attributes === undefined ? undefined : attributesJson(config.attributes, where);
  const data = config.data === undefined ? undefined : toJson(config.data, `the data of ${where}`);
  const bytes = json.length + (data?.length ?? 0) + (attributes?.length ?? 0);
  const atOnce = time === '' && config.id === undefined;
  const spec = { id, topic, json, data, attributes, bytes, leaseSeconds: lease, atOnce };
  return config.unique === undefined ? spec : { ...spec, unique: uniqueOf(config.unique, topic, wholeOf(spec), where) };
}

/** The job as one JSON object, its documents within. */
export function wholeOf({ json, data, attributes }: Pick<JobSpec, 'json' | 'data' | 'attributes'>): string {
  let whole = json.slice(0, -1);
  if (attributes !== undefined) whole += `,"attributes":${attributes}`;
  if (data !== undefined) whole += `,"data":${data}`;
  return `${whole}}`;
}

/** The moment a job shall wait for: `run_at`, `delay`, or nothing for at once. */
function timeOf(config: JobConfig, where: string): string {
  if (config.runAfterDate !== undefined) return `,"run_at":"${checkDate(config.runAfterDate, where).toISOString()}"`;
  const delay = config.runAfterSeconds ?? 0;
  checkDelay(delay, where);
  return delay === 0 ? '' : `,"delay":${delay}`;
}

export function checkDate(value: unknown, where: string, what = 'runAfterDate'): Date {
  const date = value instanceof Date ? value : typeof value === 'string' ? parseIso(value) : undefined;
  const year = date?.getUTCFullYear();
  if (date === undefined || year === undefined || !(year >= 1 && year <= 9999))
    throw new InvalidJobError(
      `${where}: ${what} is a Date or ISO-8601 text such as "2027-01-31T08:00:00.000Z", between the years 1 and 9999, not ${String(value)}`,
    );
  return date;
}

// ISO-8601 without a zone would be local time to Date; the product's word is UTC, wherever the process runs.
const ZONELESS = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?$/;
const ISO = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;

function parseIso(text: string): Date | undefined {
  if (!ISO.test(text)) return undefined;
  const iso = text.replace(' ', 'T').replace(',', '.');
  const date = new Date(ZONELESS.test(text) ? `${iso}Z` : iso);
  // Date makes the 3rd of March of "02-31"; who writes a day that does not exist means another one.
  const day = Number(text.slice(8, 10));
  const lastDay = new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
  return day <= lastDay ? date : undefined;
}

export function checkDelay(seconds: unknown, where: string): number {
  if (typeof seconds !== 'number' || !(seconds >= 0 && seconds <= MAX_DELAY_SECONDS))
    throw new InvalidJobError(`${where}: runAfterSeconds is a number of seconds, 0 or more, not ${String(seconds)}`);
  return seconds;
}

export function checkPriority(priority: unknown, where: string): number {
  if (!Number.isInteger(priority) || (priority as number) < 0 || (priority as number) > 9)
    throw new InvalidJobError(
      `${where}: priority is a whole number from 0 (first) to 9 (last), not ${String(priority)}`,
    );
  return priority as number;
}

export function checkLease(seconds: unknown, where: string): number {
  if (typeof seconds !== 'number' || !(seconds >= 1 && seconds <= MAX_LEASE_SECONDS))
    throw new InvalidJobError(
      `${where}: retryAfterSeconds is a number of seconds from 1 to ten years, not ${String(seconds)}`,
    );
  return seconds;
}

export function checkAttempts(attempts: unknown, where: string, what = 'maxAttempts'): number {
  if (!Number.isInteger(attempts) || (attempts as number) < 1 || (attempts as number) > 1_000_000)
    throw new InvalidJobError(`${where}: ${what} is a whole number, 1 or more, not ${String(attempts)}`);
  return attempts as number;
}

export function attributesJson(attributes: unknown, where: string): string {
  if (attributes === null || typeof attributes !== 'object' || Array.isArray(attributes))
    throw new InvalidJobError(
      `${where}: attributes is an object, not ${Array.isArray(attributes) ? 'an array' : String(attributes)}`,
    );
  const json = toJson(withErrorsToRead(attributes), `the attributes of ${where}`);
  if (json[0] !== '{')
    throw new InvalidJobError(`${where}: attributes is an object, but its JSON is ${json.slice(0, 40)}`);
  return json;
}

/** JSON makes `{}` of an Error, and the brief's own example keeps one: it is written as `errors` are. */
function withErrorsToRead(attributes: object): object {
  const unread = (value: unknown): value is Error => value instanceof Error && !('toJSON' in value);
  if (!Object.values(attributes).some(unread)) return attributes;
  return Object.fromEntries(Object.entries(attributes).map(([k, v]) => [k, unread(v) ? faultOf(v) : v]));
}

/** @throws InvalidJobError when it is no uuid */
export function checkId(id: unknown, where = 'a job'): string {
  if (typeof id !== 'string' || !UUID.test(id))
    throw new InvalidJobError(
      `${where}: an id is a uuid such as the one that addJob returned, not ${String(id).slice(0, 80)}`,
    );
  return id.toLowerCase();
}
