/** The options as the house uses them: checked, complete, frozen. */
import type { Pool, PoolConfig } from 'pg';
import type { Executor } from '../base/executor.js';
import type { JobDefaults } from '../job/spec.js';
import type { HandlerOptions } from './handler-options.js';
import type { Logger, Workers } from './options.js';
import type { Telemetry } from './telemetry.js';

export interface Connection {
  /** The user's pool, or undefined: one of our own is made from `config`. */
  readonly pool: Pool | undefined;
  readonly config: PoolConfig;
}

export interface Resolved {
  readonly connection: Connection;
  readonly schema: string;
  readonly migrate: boolean;
  readonly workers: Workers;
  readonly autoStart: boolean;
  readonly heartBeat: number;
  readonly maxJobs: number;
  readonly jobs: JobDefaults;
  readonly handlers: Readonly<Record<string, HandlerOptions>>;
  readonly retention: Readonly<Record<'completedSeconds' | 'failedSeconds' | 'cancelledSeconds', number>> | false;
  readonly addTimeoutMs: number;
  readonly shutdownTimeoutMs: number;
  readonly transaction: (() => Executor | undefined) | undefined;
  readonly telemetry: Telemetry | undefined;
  readonly notify: boolean;
  readonly preparedStatements: boolean;
  readonly logger: Logger | false | undefined;
}
