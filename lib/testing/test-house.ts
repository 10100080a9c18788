/** Where a test's tables are: a schema of their own, in a given database or in an embedded one. */
import type { ProgrammaOptions } from '../options/options.js';
import { type EmbeddedPostgres, startPostgres } from './postgres/start.js';
import { withDatabase } from './with-database.js';

const CONNECTION = ['connectionString', 'host', 'port', 'user', 'database', 'pool'] as const;

export class TestHouse {
  private constructor(
    private readonly given: ProgrammaOptions,
    private readonly postgres: EmbeddedPostgres | undefined,
    private readonly own: string | undefined,
  ) {}

  /** @param mark what nobody else's schema is called by */
  static async open(given: ProgrammaOptions, mark: string): Promise<TestHouse> {
    const named = CONNECTION.some((key) => given[key] !== undefined);
    const postgres = named ? undefined : await startPostgres();
    return new TestHouse(given, postgres, given.schema === undefined ? `test_${mark}` : undefined);
  }

  /** What of the engine's options says where it lives. */
  get address(): ProgrammaOptions {
    return {
      ...(this.postgres && { connectionString: this.postgres.url }),
      ...(this.own !== undefined && { schema: this.own }),
    };
  }

  /** Removes what is ours. Idempotent. */
  async close(): Promise<void> {
    if (this.postgres) await this.postgres.stop();
    else if (this.own !== undefined) await this.dropSchema(this.own);
  }

  private async dropSchema(schema: string): Promise<void> {
    const { connectionString, host, port, user, password, database, ssl, pool } = this.given;
    const connection = { connectionString, host, port, user, password, database, ssl, pool };
    await withDatabase(connection, (scratch) => scratch.dropSchema(schema));
  }
}
