/** Small statements that keep the house: tell other processes, remove what is old. */
import type { Database } from './database.js';
import { number, text } from './rows.js';
import { channelOf } from './schema.js';
import type { Statements } from './statements.js';

export interface Removed {
  readonly topic: string;
  readonly state: string;
  readonly count: number;
}

export class Upkeep {
  readonly channel: string;

  constructor(
    private readonly db: Database,
    private readonly sql: Statements,
    schema: string,
  ) {
    this.channel = channelOf(schema);
  }

  async announce(messages: readonly string[]): Promise<void> {
    await this.db.rows(this.sql.announce, [this.channel, messages], 'engine', 5_000);
  }

  /** A notification to ourselves. */
  async ping(channel: string, n: number): Promise<void> {
    await this.db.rows(this.sql.announce, [channel, [String(n)]], 'engine', 5_000);
  }

  /** @param seconds how long completed, failed and cancelled jobs stay; @param since when the last complete round was */
  async removeFinished(
    seconds: readonly [number, number, number],
    limit: number,
    sinceSeconds: number,
  ): Promise<Removed[]> {
    const rows = await this.db.rows(this.sql['remove-finished'], [...seconds, limit, sinceSeconds], 'engine');
    return rows.map((row) => ({ topic: text(row, 'topic'), state: text(row, 'state'), count: number(row, 'removed') }));
  }
}
