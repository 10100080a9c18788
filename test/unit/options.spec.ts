/** What a user may say to the engine: checked all at once, completed, frozen. */
import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { OptionsError } from '../../lib/base/errors.js';
import { resolve } from '../../lib/options/resolve.js';

const { DATABASE_URL } = process.env;
afterEach(() => {
  if (DATABASE_URL === undefined) delete process.env.DATABASE_URL;
  else process.env.DATABASE_URL = DATABASE_URL;
});

function problemsOf(options: unknown): readonly string[] {
  try {
    resolve(options as never);
  } catch (error) {
    if (error instanceof OptionsError) return error.problems;
    throw error;
  }
  return [];
}

describe('without a word', () => {
  it('has the defaults of the documentation', () => {
    expect(resolve({})).toMatchObject({
      schema: 'programma',
      migrate: true,
      workers: true,
      autoStart: true,
      heartBeat: 10,
      maxJobs: 10,
      jobs: { retryAfterSeconds: 30, priority: 5 },
      handlers: {},
      retention: { completedSeconds: 604_800, failedSeconds: 2_592_000, cancelledSeconds: 2_592_000 },
      addTimeoutMs: 10_000,
      shutdownTimeoutMs: 20_000,
      notify: true,
      preparedStatements: true,
    });
  });

  it('takes DATABASE_URL', () => {
    process.env.DATABASE_URL = 'postgres://from-the-platform/db';
    expect(resolve({ connectionString: undefined }).connection.config.connectionString).toBe(
      'postgres://from-the-platform/db',
    );
  });

  it('leaves it to PG* when there is no DATABASE_URL', () => {
    delete process.env.DATABASE_URL;
    expect(resolve({}).connection.config.connectionString).toBeUndefined();
  });
});

it.each([{ host: 'here' }, { user: 'me' }, { connectionString: 'postgres://here/db' }])(
  'prefers %j to DATABASE_URL',
  (said) => {
    process.env.DATABASE_URL = 'postgres://from-the-platform/db';
    const { config } = resolve(said).connection;
    expect(config).toMatchObject(said);
    expect(config.connectionString).not.toBe('postgres://from-the-platform/db');
  },
);

it('takes every option that is undefined for one that is not given', () => {
  const all = [
    'connectionString',
    'pool',
    'schema',
    'migrate',
    'workers',
    'heartBeat',
    'jobs',
    'handlers',
    'retention',
  ];
  expect(resolve(Object.fromEntries(all.map((name) => [name, undefined])))).toEqual(resolve({}));
});

it('is frozen', () => {
  expect(Object.isFrozen(resolve({}))).toBe(true);
});

it('lists all faults in one error, with what was meant', () => {
  const said = { maxJob: 5, heartBeat: 'soon', jobs: { priorty: 1, priority: 11 }, handlers: { 'mail.*': { max: 1 } } };
  expect(problemsOf(said)).toEqual([
    'unknown option "maxJob" (did you mean "maxJobs"?)',
    'unknown option "jobs.priorty" (did you mean "priority"?)',
    'heartBeat: "soon" is not a number of seconds (1 to 3600)',
    'jobs.priority: 11 is not a whole number (0 to 9)',
    expect.stringContaining('unknown option "handlers[\'mail.*\'].max"'),
  ]);
});

it('says how many faults there are', () => {
  expect(() => resolve({ heartBeat: 0, maxJobs: 0 })).toThrow(/^Programma options: 2 problems\n {2}• /);
});

it.each<[string, unknown, RegExp]>([
  ['options that are none', 'postgres://here', /options are an object/],
  ['a heartBeat of an hour and a second', { heartBeat: 3_601 }, /heartBeat/],
  ['half a job', { maxJobs: 1.5 }, /maxJobs/],
  ['a flag that is text', { migrate: 'yes' }, /migrate: "yes" is not true or false/],
  ['an empty schema', { schema: '' }, /schema/],
  ['a schema of 64 bytes', { schema: 'ü'.repeat(32) }, /64 bytes; PostgreSQL's names have at most 63/],
  ["a schema of PostgreSQL's own", { schema: 'pg_mine' }, /belongs to PostgreSQL itself/],
  ['a schema with U+0000', { schema: 'a\u0000' }, /cannot keep/],
  ['an empty connectionString', { connectionString: '' }, /connectionString/],
  ['a pool that is none', { pool: {} }, /pool: is not a Pool/],
  ['a pool beside a connectionString', { pool: new pg.Pool(), connectionString: 'postgres://x' }, /give one of them/],
  ['workers that are a list', { workers: ['mail'] }, /workers/],
  ['workers with two lists', { workers: { only: [], except: [] } }, /workers: is true, false/],
  ['a retention that is true', { retention: true }, /retention: is not an object/],
  ['a negative retention', { retention: { failedSeconds: -1 } }, /retention.failedSeconds/],
  ['a logger without warn', { logger: { log: () => 1 } }, /logger: is false or an object/],
  ['handlers that are a function', { handlers: () => 1 }, /handlers: is an object/],
  ['an add timeout of 0', { addTimeoutSeconds: 0 }, /addTimeoutSeconds/],
])('refuses %s', (_, said, problem) => {
  expect(problemsOf(said)).toEqual([expect.stringMatching(problem)]);
});

it.each<[string, object]>([
  ['a schema that needs quoting', { schema: 'Job "Queue"; drop' }],
  ['a schema of 63 bytes', { schema: 'x'.repeat(63) }],
  ['no retention', { retention: false }],
  ['no logger', { logger: false }],
  ['workers of some topics', { workers: { only: ['mail.*', 'sms'] } }],
  ['a shutdown that waits for nobody', { shutdownTimeoutSeconds: 0 }],
])('takes %s', (_, said) => {
  expect(resolve(said)).toMatchObject(Object.fromEntries(Object.entries(said).filter(([k]) => !k.includes('Seconds'))));
});

it('never says a password', () => {
  expect(
    problemsOf({ connectionString: 'postgres://me:secret@here', pool: 1, password: 'secret' }).join(),
  ).not.toContain('secret');
});
