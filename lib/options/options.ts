/** What a user may say to the engine, with units and defaults. */
import type { ClientConfig, Pool } from 'pg';
import type { Executor } from '../base/executor.js';
import type { HandlerOptions } from './handler-options.js';
import type { Telemetry } from './telemetry.js';

/** What the engine tells people by. Any logger with these four methods will do. */
export interface Logger {
  error(message: string): void;
  warn(message: string): void;
  log(message: string): void;
  debug(message: string): void;
}

/** How to reach PostgreSQL: pg's own words. Nothing given: DATABASE_URL, or PG*. */
export interface ConnectionOptions
  extends Pick<
    ClientConfig,
    | 'host'
    | 'port'
    | 'user'
    | 'password'
    | 'database'
    | 'ssl'
    | 'application_name'
    | 'connectionTimeoutMillis'
    | 'stream'
  > {
  connectionString?: string | undefined;
  /** Connections for adding and asking; the engine's own three and the listener's one come beside them. Default 10. */
  max?: number | undefined;
  /** A pool of yours: used for adding and asking, never ended. The engine's own connections are made with its options. */
  pool?: Pool | undefined;
}

export interface Retention {
  /** Default 7 days. */
  completedSeconds?: number | undefined;
  /** Default 30 days. */
  failedSeconds?: number | undefined;
  /** Default 30 days. */
  cancelledSeconds?: number | undefined;
}

/** Which topics a process works on: `*` in a pattern stands for any run of characters. */
export type Workers = boolean | { only: readonly string[] } | { except: readonly string[] };

type OrUndefined<T> = { [K in keyof T]?: T[K] | undefined };

export interface ProgrammaOptions extends OrUndefined<ConnectionOptions> {
  /** The schema of the tables. Default `programma`. */
  schema?: string | undefined;
  /** Bring the schema up at start. `false`: only check it. Default true. */
  migrate?: boolean | undefined;
  /** Which topics this process works on. Default true: all that have a handler. */
  workers?: Workers | undefined;
  /** `false`: claiming starts when you call `start`. Nest only. Default true. */
  autoStart?: boolean | undefined;
  /** Of every handler that says nothing: seconds, 1 to 3600. Default 10. */
  heartBeat?: number | undefined;
  /** Of every handler that says nothing. Default 10. */
  maxJobs?: number | undefined;
  /** Of every add that says nothing. */
  jobs?: { retryAfterSeconds?: number | undefined; priority?: number | undefined } | undefined;
  /** Handler options by topic pattern; they beat what the handler says itself. */
  handlers?: Record<string, HandlerOptions> | undefined;
  /** How long finished jobs stay. `false`: for ever. */
  retention?: Retention | false | undefined;
  /** An add that cannot be written in time rejects. Seconds, default 10. */
  addTimeoutSeconds?: number | undefined;
  /** What running handlers get at shutdown before their signal aborts. Seconds, default 20. */
  shutdownTimeoutSeconds?: number | undefined;
  /** Send and hear notifications. `false`: only looking. Default true. */
  notify?: boolean | undefined;
  /**
   * The transaction that the caller stands in, or undefined: asked by addJob, addJobs and cancelJob when they are given
   * no `tx`. With @nestjs-cls/transactional and TypeORM:
   * `() => (txHost.isTransactionActive() ? fromTypeOrm(txHost.tx) : undefined)`. Default: none.
   */
  transaction?: (() => Executor | undefined) | undefined;
  /** Who traces and counts: `openTelemetry()` of `programma/telemetry`. Default: nobody. */
  telemetry?: Telemetry | undefined;
  /** `false` behind a pooler in transaction mode: no named statements, no session settings. Default true. */
  preparedStatements?: boolean | undefined;
  /** `false`: say nothing. Default: Nest's Logger; without Nest, warnings by `process.emitWarning`. */
  logger?: Logger | false | undefined;
}
