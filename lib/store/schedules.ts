/** What recurs: kept, listed, and made into jobs. */
import type { Hint } from './adding.js';
import type { Database, Row } from './database.js';
import { json, number, numberOrNull, text, yes } from './rows.js';
import type { Statements } from './statements.js';

/** A schedule as it is kept. */
export interface ScheduleRow {
  readonly name: string;
  readonly topic: string;
  readonly pattern: string | null;
  readonly everySeconds: number | null;
  readonly timeZone: string;
  readonly missed: 'skip' | 'once' | 'all';
  readonly overlap: 'skip' | 'queue';
  readonly startsMs: number | null;
  readonly endsMs: number | null;
  readonly remaining: number | null;
}

export interface KeptSchedule extends ScheduleRow {
  readonly priority: number;
  readonly retryAfterSeconds: number;
  readonly maxAttempts: number | null;
  readonly data: unknown;
  readonly nextMs: number | null;
  readonly lastMs: number | null;
  readonly lastJobId: string | null;
  readonly paused: boolean;
  /** Declared by code, and no process has declared it for a while. */
  readonly undeclared: boolean;
}

export interface DueSchedule extends ScheduleRow {
  readonly nextMs: number;
}

export interface Due {
  readonly nowMs: number;
  readonly due: readonly DueSchedule[];
  readonly waitMs: number | null;
}

export interface Firing {
  readonly name: string;
  readonly was: number;
  readonly next: number | null;
  readonly jobs: readonly { readonly id: string; readonly tick: number }[];
}

export interface Fired {
  readonly hint: Hint;
  readonly added: number;
}

/** A process that declares a schedule says so again well before this is over; then the schedule rests. */
const DECLARED_SECONDS = 180;

export class Schedules {
  constructor(
    private readonly db: Database,
    private readonly sql: Statements,
  ) {}

  /** The database's clock. */
  async nowMs(): Promise<number> {
    const [row = {}] = await this.db.rows(this.sql.clock, [], 'callers');
    return number(row, 'now_ms');
  }

  /** @param document the schedule as put-schedule.sql reads it; @param declared whether code declares it */
  async put(document: string, declared: boolean): Promise<void> {
    await this.db.rows(this.sql['put-schedule'], [document, declared ? DECLARED_SECONDS : null], 'callers');
  }

  async list(names: readonly string[] | null): Promise<KeptSchedule[]> {
    const rows = await this.db.rows(this.sql['list-schedules'], [names], 'callers');
    return rows.map((row) => ({
      ...toSchedule(row),
      priority: number(row, 'priority'),
      retryAfterSeconds: number(row, 'retry_after_seconds'),
      maxAttempts: numberOrNull(row, 'max_attempts'),
      data: json(row, 'data'),
      nextMs: numberOrNull(row, 'next_ms'),
      lastMs: numberOrNull(row, 'last_ms'),
      lastJobId: row.last_job_id ?? null,
      paused: yes(row, 'paused'),
      undeclared: yes(row, 'undeclared'),
    }));
  }

  async pause(name: string, paused: boolean): Promise<boolean> {
    return (await this.db.rows(this.sql['pause-schedule'], [name, paused], 'callers')).length > 0;
  }

  async remove(name: string): Promise<boolean> {
    return (await this.db.rows(this.sql['remove-schedule'], [name], 'callers')).length > 0;
  }

  /** Says that code still has these; answers the names that no code has had for a while. */
  async declare(names: readonly string[]): Promise<string[]> {
    const rows = await this.db.rows(this.sql['declare-schedules'], [names, DECLARED_SECONDS], 'engine');
    return rows.map((row) => text(row, 'name'));
  }

  async due(limit: number): Promise<Due> {
    const rows = await this.db.rows(this.sql['due-schedules'], [limit], 'engine');
    const [first = {}] = rows;
    return {
      nowMs: number(first, 'now_ms'),
      waitMs: numberOrNull(first, 'wait_ms'),
      due: rows
        .filter((row) => row.name !== null)
        .map((row) => ({ ...toSchedule(row), nextMs: number(row, 'next_ms') })),
    };
  }

  /** Answers, for each topic, when the first new job is due and how many there are. */
  async fire(firings: readonly Firing[]): Promise<Fired[]> {
    const rows = await this.db.rows(this.sql['fire-schedules'], [JSON.stringify(firings)], 'engine');
    return rows.map((row) => ({
      hint: { topic: text(row, 'topic'), dueMicros: number(row, 'due_micros'), waitMs: 0 },
      added: number(row, 'added'),
    }));
  }
}

const toSchedule = (row: Row): ScheduleRow => ({
  name: text(row, 'name'),
  topic: text(row, 'topic'),
  pattern: row.pattern ?? null,
  everySeconds: numberOrNull(row, 'every_seconds'),
  timeZone: text(row, 'time_zone'),
  missed: text(row, 'missed') as ScheduleRow['missed'],
  overlap: text(row, 'overlap') as ScheduleRow['overlap'],
  startsMs: numberOrNull(row, 'starts_ms'),
  endsMs: numberOrNull(row, 'ends_ms'),
  remaining: numberOrNull(row, 'remaining'),
});
