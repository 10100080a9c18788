/** The ledger of migrations: which the schema has, and how one is run. */
import type { Database } from './database.js';
import { number, text } from './rows.js';
import { inSchema, lockOf, quoted } from './schema.js';

export interface Applied {
  readonly version: number;
  readonly name: string;
  /** Whether the code before it works with the schema after it. */
  readonly olderCode: 'works' | 'stops';
}

export interface Step {
  readonly applied: Applied;
  readonly direction: 'up' | 'down';
  /** Written for the schema `programma`. */
  readonly sql: string;
}

export class Ledger {
  constructor(
    private readonly db: Database,
    private readonly schema: string,
  ) {}

  /** What the schema has, in order; empty when there is no schema. Needs no right but to read. */
  async applied(): Promise<Applied[]> {
    const [there] = await this.db.text('select to_regclass($1) is not null as there', [
      `${quoted(this.schema)}.migrations`,
    ]);
    if (there?.there !== 't') return [];
    const rows = await this.db.text(
      `select version, name, older_code from ${quoted(this.schema)}.migrations order by version`,
    );
    return rows.map((row) => ({
      version: number(row, 'version'),
      name: text(row, 'name'),
      olderCode: text(row, 'older_code') as Applied['olderCode'],
    }));
  }

  /**
   * Runs what `plan` makes of the ledger, all or nothing, while no other process migrates this schema.
   * The lock lasts as long as the transaction, so that a pooler in transaction mode cannot lose it.
   */
  async migrate(plan: (applied: readonly Applied[]) => readonly Step[]): Promise<readonly Step[]> {
    return this.db.exclusively(lockOf(this.schema), async (run) => {
      const [schema] = await run('select 1 as there from pg_namespace where nspname = $1', [this.schema]);
      // Asked first, because `create schema if not exists` wants the right to create even when there is nothing to do.
      if (!schema) await run(`create schema ${quoted(this.schema)}`);
      await run(inSchema(LEDGER, this.schema));
      const steps = plan(await this.appliedIn(run));
      for (const { applied, direction, sql } of steps) {
        await run(inSchema(sql, this.schema));
        if (direction === 'up')
          await run(`insert into ${quoted(this.schema)}.migrations (version, name, older_code) values ($1, $2, $3)`, [
            applied.version,
            applied.name,
            applied.olderCode,
          ]);
        else await run(`delete from ${quoted(this.schema)}.migrations where version = $1`, [applied.version]);
      }
      return steps;
    });
  }

  private async appliedIn(run: Run): Promise<Applied[]> {
    const rows = await run(`select version, name, older_code from ${quoted(this.schema)}.migrations order by version`);
    return rows.map((row) => ({
      version: number(row, 'version'),
      name: text(row, 'name'),
      olderCode: text(row, 'older_code') as Applied['olderCode'],
    }));
  }
}

type Run = (sql: string, values?: unknown[]) => Promise<Readonly<Record<string, string | null>>[]>;

const LEDGER = `
create table if not exists programma.migrations (
  version    integer primary key,
  name       text not null,
  older_code text not null check (older_code in ('works', 'stops')),
  applied_at timestamptz not null default now()
)`;
