/** Checks everything a user said, lists all faults at once, and freezes what the house uses. */
import { OptionsError } from '../base/errors.js';
import { MAX_LEASE_SECONDS } from '../job/spec.js';
import { Checker } from './checker.js';
import { DEFAULTS } from './defaults.js';
import type { HandlerOptions } from './handler-options.js';
import type { Logger, ProgrammaOptions, Workers } from './options.js';
import { checkHandlerOptions } from './resolve-handler.js';
import type { Connection, Resolved } from './resolved.js';

const CONNECTION = [
  'connectionString',
  'host',
  'port',
  'user',
  'password',
  'database',
  'ssl',
  'application_name',
  'connectionTimeoutMillis',
  'stream',
] as const;
export const KNOWN = [
  ...CONNECTION,
  'max',
  'pool',
  'schema',
  'migrate',
  'workers',
  'autoStart',
  'heartBeat',
  'maxJobs',
  'jobs',
  'handlers',
  'retention',
  'addTimeoutSeconds',
  'shutdownTimeoutSeconds',
  'transaction',
  'telemetry',
  'notify',
  'preparedStatements',
  'logger',
] as const satisfies readonly (keyof ProgrammaOptions)[];

/**
 * @param extra options that only a rim around the engine knows (Nest's `enhancers`), so that they are not refused
 * @throws OptionsError with every fault
 */
export function resolve(options: ProgrammaOptions, extra: readonly string[] = []): Resolved {
  if (options === null || typeof options !== 'object' || Array.isArray(options))
    throw new OptionsError([`options are an object such as { connectionString }, not ${String(options)}`]);
  const c = new Checker();
  c.keys('', options, [...KNOWN, ...extra]);
  const jobs = c.object('jobs', options.jobs, ['retryAfterSeconds', 'priority']);
  const resolved: Resolved = {
    connection: connectionOf(c, options),
    schema: schemaOf(c, options.schema),
    migrate: c.flag('migrate', options.migrate, true),
    workers: workersOf(c, options.workers),
    autoStart: c.flag('autoStart', options.autoStart, true),
    heartBeat: c.number('heartBeat', options.heartBeat, DEFAULTS.heartBeat, 1, 3_600, 'seconds'),
    maxJobs: c.whole('maxJobs', options.maxJobs, DEFAULTS.maxJobs, 1, 10_000),
    jobs: {
      retryAfterSeconds: c.number(
        'jobs.retryAfterSeconds',
        jobs.retryAfterSeconds,
        DEFAULTS.jobs.retryAfterSeconds,
        1,
        MAX_LEASE_SECONDS,
        'seconds',
      ),
      priority: c.whole('jobs.priority', jobs.priority, DEFAULTS.jobs.priority, 0, 9),
    },
    handlers: handlersOf(c, options.handlers),
    retention: retentionOf(c, options.retention),
    addTimeoutMs:
      1_000 *
      c.number('addTimeoutSeconds', options.addTimeoutSeconds, DEFAULTS.addTimeoutSeconds, 0.1, 3_600, 'seconds'),
    shutdownTimeoutMs:
      1_000 *
      c.number(
        'shutdownTimeoutSeconds',
        options.shutdownTimeoutSeconds,
        DEFAULTS.shutdownTimeoutSeconds,
        0,
        86_400,
        'seconds',
      ),
    transaction: transactionOf(c, options.transaction),
    telemetry: telemetryOf(c, options.telemetry),
    notify: c.flag('notify', options.notify, true),
    preparedStatements: c.flag('preparedStatements', options.preparedStatements, true),
    logger: loggerOf(c, options.logger),
  };
  if (c.problems.length > 0) throw new OptionsError(c.problems);
  return Object.freeze(resolved);
}

function connectionOf(c: Checker, options: ProgrammaOptions): Connection {
  const given = Object.fromEntries(CONNECTION.filter((k) => options[k] !== undefined).map((k) => [k, options[k]]));
  const max = c.whole('max', options.max, DEFAULTS.poolMax, 1, 1_000);
  const { pool, connectionString } = options;
  if (
    pool !== undefined &&
    (typeof pool?.connect !== 'function' || typeof pool.query !== 'function' || pool.options === undefined)
  )
    c.fault('pool: is not a Pool of the package "pg"');
  if (pool !== undefined && connectionString !== undefined) c.fault('pool and connectionString: give one of them');
  if (connectionString !== undefined && (typeof connectionString !== 'string' || connectionString === ''))
    c.fault('connectionString: is not a text such as "postgres://user:password@host:5432/database"');
  // node-postgres knows PG*; DATABASE_URL is what platforms set.
  const url = process.env.DATABASE_URL;
  const named = ['connectionString', 'host', 'port', 'user', 'database'].some((k) => k in given);
  if (!named && pool === undefined && url) given.connectionString = url;
  return {
    pool,
    config: { connectionTimeoutMillis: DEFAULTS.connectionTimeoutMs, application_name: 'programma', ...given, max },
  };
}

function schemaOf(c: Checker, schema: unknown): string {
  if (schema === undefined) return DEFAULTS.schema;
  if (typeof schema !== 'string' || schema === '') c.fault('schema: is not the name of a schema');
  else if (Buffer.byteLength(schema) > 63)
    c.fault(`schema: "${schema}" has ${Buffer.byteLength(schema)} bytes; PostgreSQL's names have at most 63`);
  else if (schema.includes('\u0000') || !schema.isWellFormed())
    c.fault('schema: has a character that PostgreSQL cannot keep');
  else if (/^pg_/.test(schema) || schema === 'information_schema')
    c.fault(`schema: "${schema}" belongs to PostgreSQL itself`);
  else return schema;
  return DEFAULTS.schema;
}

function workersOf(c: Checker, workers: unknown): Workers {
  if (workers === undefined) return true;
  if (typeof workers === 'boolean') return workers;
  const [[key, patterns] = [], ...rest] = Object.entries(workers ?? {});
  const lists = key === 'only' || key === 'except';
  if (!lists || rest.length > 0 || !Array.isArray(patterns) || !patterns.every((p) => typeof p === 'string'))
    c.fault("workers: is true, false, { only: ['topic', 'mail.*'] } or { except: ['topic'] }");
  return workers as Workers;
}

function handlersOf(c: Checker, handlers: unknown): Record<string, HandlerOptions> {
  if (handlers === undefined) return {};
  if (handlers === null || typeof handlers !== 'object') {
    c.fault("handlers: is an object of topic patterns such as { 'mail.*': { maxJobs: 5 } }");
    return {};
  }
  for (const [pattern, said] of Object.entries(handlers)) checkHandlerOptions(c, `handlers['${pattern}'].`, said);
  return handlers as Record<string, HandlerOptions>;
}

function retentionOf(c: Checker, retention: unknown): Resolved['retention'] {
  if (retention === false) return false;
  const names = ['completedSeconds', 'failedSeconds', 'cancelledSeconds'] as const;
  const said = c.object('retention', retention, names);
  const [completedSeconds, failedSeconds, cancelledSeconds] = names.map((name) =>
    c.number(`retention.${name}`, said[name], DEFAULTS.retention[name], 0, 1e10, 'seconds'),
  ) as [number, number, number];
  return { completedSeconds, failedSeconds, cancelledSeconds };
}

function transactionOf(c: Checker, transaction: ProgrammaOptions['transaction']): Resolved['transaction'] {
  if (transaction !== undefined && typeof transaction !== 'function')
    c.fault('transaction: is not a function that gives the transaction the caller stands in, or undefined');
  return transaction;
}

function telemetryOf(c: Checker, telemetry: ProgrammaOptions['telemetry']): Resolved['telemetry'] {
  const named = telemetry as Record<string, unknown> | undefined | null;
  const parts = ['adding', 'added', 'running', 'ended', 'watching'];
  if (telemetry !== undefined && !parts.every((part) => typeof named?.[part] === 'function'))
    c.fault('telemetry: is not what openTelemetry() of "programma/telemetry" gives');
  return telemetry;
}

function loggerOf(c: Checker, logger: unknown): Logger | false | undefined {
  if (logger === undefined || logger === false) return logger;
  const named = logger as Record<string, unknown> | null;
  if (!['error', 'warn', 'log', 'debug'].every((m) => typeof named?.[m] === 'function'))
    c.fault('logger: is false or an object with the methods error, warn, log and debug');
  return logger as Logger;
}
