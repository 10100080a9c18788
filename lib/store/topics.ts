/** What is said about topics as a whole, and what can be seen of them. */
import type { Depth } from '../options/telemetry.js';
import type { Database } from './database.js';
import { number, numberOrNull, text, yes } from './rows.js';
import type { Statements } from './statements.js';

export interface TopicState {
  topic: string;
  /** No process claims its jobs. */
  paused: boolean;
  /** How long its oldest due job has been waiting; null when none waits. */
  oldestDueSeconds: number | null;
}

/** More than so many due jobs of a topic are not counted. */
const DEPTH_LIMIT = 1_000;

export class Topics {
  constructor(
    private readonly db: Database,
    private readonly sql: Statements,
  ) {}

  /** False: it was so already. */
  async pause(topic: string, paused: boolean): Promise<boolean> {
    return (await this.db.rows(this.sql['pause-topic'], [topic, paused], 'callers')).length > 0;
  }

  /** Those of which a job waits, due or not. */
  async waiting(): Promise<string[]> {
    return (await this.db.rows(this.sql['waiting-topics'], [], 'engine')).map((row) => text(row, 'topic'));
  }

  async list(): Promise<TopicState[]> {
    return (await this.db.rows(this.sql['list-topics'], [], 'callers')).map((row) => ({
      topic: text(row, 'topic'),
      paused: yes(row, 'paused'),
      oldestDueSeconds: numberOrNull(row, 'oldest_due_seconds'),
    }));
  }

  /** Of topics that have a due job; a lane of the engine, since it is not a caller who asks. */
  async depths(): Promise<Depth[]> {
    return (await this.db.rows(this.sql['list-depths'], [DEPTH_LIMIT], 'engine')).map((row) => ({
      topic: text(row, 'topic'),
      due: number(row, 'due'),
      oldestDueSeconds: number(row, 'oldest_due_seconds'),
    }));
  }
}
