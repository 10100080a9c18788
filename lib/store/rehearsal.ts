/** What a test may do to the tables and an application may not: see all that is due, let time pass, empty them. */
import type { Database } from './database.js';
import { numberOrNull, text, yes } from './rows.js';
import { loaded, type Statement } from './statements.js';

const NAMES = ['clear', 'due-jobs', 'due-now', 'move-time', 'next-due', 'running'] as const;

export interface DueJob {
  readonly id: string;
  readonly topic: string;
}

export class Rehearsal {
  private readonly sql: Readonly<Record<(typeof NAMES)[number], Statement>>;

  constructor(
    private readonly db: Database,
    schema: string,
  ) {
    this.sql = loaded(new URL('./rehearsal/', import.meta.url), NAMES, schema);
  }

  /** In the order of their turn. */
  async due(topics: readonly string[], limit: number): Promise<DueJob[]> {
    const rows = await this.db.rows(this.sql['due-jobs'], [topics, limit], 'engine');
    return rows.map((row) => ({ id: text(row, 'id'), topic: text(row, 'topic') }));
  }

  /** Milliseconds until something comes due; null: nothing will. */
  async nextDueMs(topics: readonly string[], worker: string): Promise<number | null> {
    const [row = {}] = await this.db.rows(this.sql['next-due'], [topics, worker], 'engine');
    return numberOrNull(row, 'wait_ms');
  }

  async moveTime(ms: number, worker: string): Promise<void> {
    await this.db.rows(this.sql['move-time'], [ms, worker], 'engine');
  }

  async dueNow(ids: readonly string[]): Promise<void> {
    await this.db.rows(this.sql['due-now'], [ids], 'engine');
  }

  async running(worker: string): Promise<boolean> {
    const [row = {}] = await this.db.rows(this.sql.running, [worker], 'engine');
    return yes(row, 'running');
  }

  async clear(): Promise<void> {
    await this.db.rows(this.sql.clear, [], 'engine');
  }
}
