/** What the suite asks of every ORM: its own way to open a transaction, to nest one, and to write a row in it. */
import type { Executor } from 'programma/engine';

/** An open transaction, or one nested in it. */
export interface Open {
  /** As its users give it to Programma. */
  readonly tx: Executor;
  /** Writes an order by the ORM's own means. */
  order(name: string): Promise<void>;
  /** A savepoint around `work`, rolled back when that throws. */
  nested(work: (inner: Open) => Promise<void>): Promise<void>;
}

export interface Orm {
  /** Commits when `work` resolves, rolls back and rejects when it throws. */
  transaction(work: (open: Open) => Promise<void>): Promise<void>;
  /** What somebody gives who forgets the transaction. */
  readonly outside: Executor;
  close(): Promise<void>;
}

export class RolledBack extends Error {
  constructor() {
    super('rolled back on purpose');
  }
}
