/** The chores of a process: which there are, and when they are due. */
import type { Resolved } from '../options/resolved.js';
import type { Claims, TakenBack } from '../store/claims.js';
import type { Schedules } from '../store/schedules.js';
import type { UniqueAdding } from '../store/unique-adding.js';
import type { Upkeep } from '../store/upkeep.js';
import { BrokenClaims } from './broken-claims.js';
import { Chores } from './chores.js';
import { Declarations } from './declarations.js';
import { Retention } from './retention.js';
import { Ticks } from './ticks.js';
import { UniqueKeys } from './unique-keys.js';

export interface HousekeepingParts {
  readonly claims: Claims;
  readonly schedules: Schedules;
  readonly upkeep: Upkeep;
  readonly unique: UniqueAdding;
  readonly retention: Resolved['retention'];
  /** The schedules that this process declares in its code. */
  readonly declared: readonly { readonly name: string }[];
  tookBack(jobs: readonly TakenBack[]): void;
  ticked: ConstructorParameters<typeof Ticks>[1];
  warn(message: string): void;
  failed(error: unknown, where: string): void;
}

/** The first round of retention: not in the rush of a start. */
const FIRST_RETENTION_MS = 60_000;
const FIRST_SWEEP_MS = 30_000;

export class Housekeeping {
  readonly brokenClaims: BrokenClaims;
  private readonly ticks: Ticks;
  readonly chores: Chores;

  constructor({ claims, schedules, upkeep, unique, retention, declared, ...told }: HousekeepingParts) {
    this.brokenClaims = new BrokenClaims(claims, (jobs) => told.tookBack(jobs));
    this.ticks = new Ticks(schedules, told.ticked, told.failed);
    const declarations = new Declarations(
      schedules,
      () => declared.map(({ name }) => name),
      (name) =>
        told.warn(
          `The schedule "${name}" rests: no process declares it in its code any more. removeSchedule removes it.`,
        ),
    );
    this.chores = new Chores(
      [
        { chore: this.brokenClaims, firstMs: 0 },
        { chore: this.ticks, firstMs: 0 },
        { chore: declarations, firstMs: 0 },
        { chore: new UniqueKeys(unique), firstMs: FIRST_SWEEP_MS },
        ...(retention ? [{ chore: new Retention(upkeep, retention), firstMs: FIRST_RETENTION_MS }] : []),
      ],
      (error, where) => told.failed(error, where),
    );
  }

  start(): void {
    this.chores.start();
  }

  stop(): Promise<void> {
    return this.chores.stop();
  }

  /** The database is back: what failed meanwhile is tried again at once. */
  lookAgain(): void {
    this.chores.retryNow(this.brokenClaims);
  }

  /** Somebody's lease ends in so many milliseconds. */
  leaseEnds(inMs: number): void {
    this.chores.wakeWithin(this.brokenClaims, Math.max(0, inMs));
  }

  /** A schedule is due in so many milliseconds. */
  tickComes(inMs: number): void {
    this.chores.wakeWithin(this.ticks, Math.max(0, inMs));
  }
}
