/** Whether this process lives, and whether it is ready: two questions, since restarting mends only one of them. */
import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { ageOf } from '../base/clock.js';
import { migrations } from '../migrate/migrations.js';
import type { ProgrammaService } from '../nest/programma.service.js';
import { getProgrammaToken } from '../nest/tokens.js';
import type { Health } from '../verbs/asking.js';

export interface LiveOptions {
  /** The name of an instance. Default: the one without a name. */
  instance?: string | undefined;
}

export interface ReadyOptions extends LiveOptions {
  /** Not ready while the oldest due job of the queue has been waiting for longer. Default: it is told, and not judged. */
  maxLagSeconds?: number | undefined;
}

/**
 * Liveness asks nobody but this process: a database that is away is no reason to restart it. Readiness asks the
 * database, through the connections that the workers use.
 */
@Injectable()
export class ProgrammaHealthIndicator {
  constructor(
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(ModuleRef) private readonly modules: ModuleRef,
  ) {}

  /**
   * Down when the loop that claims jobs goes round no more: after twice its longest rest, and half a minute. A process
   * that claims nothing (`workers: false`, or not started yet) is up.
   */
  isLive<Key extends string>(key: Key, { instance }: LiveOptions = {}): HealthIndicatorResult<Key> {
    const check = this.indicators.check(key);
    const pulse = this.service(instance).pulse();
    if (!pulse) return check.up({ claims: false });
    const { ageSeconds, limitSeconds } = pulse;
    const told = { claims: true, roundAgeSeconds: rounded(ageSeconds) };
    return ageSeconds <= limitSeconds
      ? check.up(told)
      : check.down({ ...told, message: `the claiming loop has not gone round for ${Math.round(ageSeconds)} s` });
  }

  /**
   * Down when the database does not answer within 3 s, its schema is behind this code, or the queue lags. Tells the
   * schema's version, the age of the last look, the lag, and whether notifications arrive (`live`) or not (`polling`).
   */
  async isReady<Key extends string>(key: Key, options: ReadyOptions = {}): Promise<HealthIndicatorResult<Key>> {
    const check = this.indicators.check(key);
    const health = await this.service(options.instance).health();
    const { database, schema, listen, lastLook, oldestDueSeconds } = health;
    const told = {
      database,
      schema,
      listen,
      lastLookAgeSeconds: lastLook && rounded(Math.max(0, ageOf(lastLook))),
      lagSeconds: oldestDueSeconds === null ? null : rounded(oldestDueSeconds),
    };
    const fault = faultOf(health, options);
    return fault === undefined ? check.up(told) : check.down({ ...told, message: fault });
  }

  private service(instance: string | undefined): ProgrammaService {
    return this.modules.get<ProgrammaService>(getProgrammaToken(instance), { strict: false });
  }
}

const rounded = (seconds: number): number => Math.round(seconds * 10) / 10;

function faultOf({ database, schema, oldestDueSeconds }: Health, { maxLagSeconds }: ReadyOptions): string | undefined {
  if (database === 'down') return 'the database does not answer';
  const wanted = migrations().at(-1)?.version ?? 0;
  if ((schema ?? 0) < wanted) return `the schema is at ${schema}, this code needs ${wanted}: npx programma migrate up`;
  if (maxLagSeconds !== undefined && (oldestDueSeconds ?? 0) > maxLagSeconds)
    return `the oldest due job has been waiting for ${Math.round(oldestDueSeconds ?? 0)} s, more than ${maxLagSeconds} s`;
  return undefined;
}
