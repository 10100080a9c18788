/** Brings the schema up or down, and says whether this code works with the one that is there. */
import { SchemaError } from '../base/errors.js';
import type { Applied, Ledger, Step } from '../store/ledger.js';
import { shellWord } from '../store/schema.js';
import type { Migration } from './migrations.js';

export interface Status {
  readonly applied: readonly Applied[];
  /** Known to this code and not applied. */
  readonly pending: readonly Applied[];
  /** Applied and unknown to this code: the schema is newer. */
  readonly newer: readonly Applied[];
}

export class Migrator {
  constructor(
    private readonly ledger: Ledger,
    private readonly known: readonly Migration[],
    private readonly schema: string,
  ) {}

  async status(): Promise<Status> {
    return this.statusOf(await this.ledger.applied());
  }

  /**
   * Applies what is missing; a schema that is up to date is only read, and needs no right to change it.
   * @throws SchemaError when the schema is newer than this code and a newer migration says that older code stops
   */
  async up(): Promise<readonly Step[]> {
    if (this.checked(await this.status()).pending.length === 0) return [];
    return this.ledger.migrate((applied) => this.stepsUp(applied));
  }

  /** Takes back the last migrations, down to and without `to`. Default: the last one. */
  async down(to?: number): Promise<readonly Step[]> {
    if ((await this.ledger.applied()).length === 0) return [];
    return this.ledger.migrate((applied) => this.stepsDown(applied, to));
  }

  /** What `up` or `down` would run. */
  async plan(direction: 'up' | 'down', to?: number): Promise<readonly Step[]> {
    const applied = await this.ledger.applied();
    return direction === 'up' ? this.stepsUp(applied) : this.stepsDown(applied, to);
  }

  /** @throws SchemaError when a migration is missing, or the schema is too new */
  async check(): Promise<Status> {
    const status = this.checked(await this.status());
    if (status.pending.length > 0)
      throw new SchemaError(
        `The schema "${this.schema}" lacks ${namesOf(status.pending)}. Run: npx programma migrate up --schema ${shellWord(this.schema)}, or start with migrate: true.`,
      );
    return status;
  }

  private checked(status: Status): Status {
    const stops = status.newer.filter((migration) => migration.olderCode === 'stops');
    if (stops.length > 0)
      throw new SchemaError(
        `The schema "${this.schema}" is newer than this code: it has ${namesOf(stops)}, with which older code does not work. Deploy the newer version of programma, or take the migration back with that version: npx programma migrate down.`,
      );
    return status;
  }

  private statusOf(applied: readonly Applied[]): Status {
    const there = new Set(applied.map((a) => a.version));
    const known = new Set(this.known.map((m) => m.version));
    return {
      applied,
      pending: this.known.filter((m) => !there.has(m.version)),
      newer: applied.filter((a) => !known.has(a.version)),
    };
  }

  private stepsUp(applied: readonly Applied[]): Step[] {
    const there = new Set(applied.map((a) => a.version));
    return this.known
      .filter((m) => !there.has(m.version))
      .map((m) => ({ applied: m, direction: 'up' as const, sql: m.up }));
  }

  private stepsDown(applied: readonly Applied[], to?: number): Step[] {
    const last = applied.at(-1)?.version ?? 0;
    return applied
      .filter((a) => (to === undefined ? a.version === last : a.version > to))
      .toReversed()
      .map((a) => {
        const migration = this.known.find((m) => m.version === a.version);
        if (!migration)
          throw new SchemaError(
            `This code does not know the migration ${namesOf([a])} and cannot take it back. Use the version of programma that brought it.`,
          );
        return { applied: migration, direction: 'down' as const, sql: migration.down };
      });
  }
}

export const namesOf = (migrations: readonly Applied[]): string =>
  migrations.map((m) => `${String(m.version).padStart(4, '0')}-${m.name}`).join(', ');
