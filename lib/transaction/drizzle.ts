/** Drizzle's transaction, over node-postgres, postgres-js and whatever else it runs PostgreSQL by. */
import { sql } from 'drizzle-orm';
import type { Executor } from '../base/executor.js';
import { parts } from './parts.js';

/** What `db.transaction(async (tx) => …)` gives. */
export interface DrizzleTransaction {
  // Drizzle's own types say what a query is; here it is made by Drizzle itself.
  execute(query: never): PromiseLike<unknown>;
}

/**
 * @example
 * await db.transaction(async (tx) => {
 *   const [order] = await tx.insert(orders).values(values).returning();
 *   await programma.addJob('order.placed', { data: { id: order.id } }, { tx: fromDrizzle(tx) });
 * });
 */
export function fromDrizzle(tx: DrizzleTransaction): Executor {
  return {
    async query(text, values) {
      const chunks = parts(text, values).map((part) => ('text' in part ? sql.raw(part.text) : sql.param(part.value)));
      const result = await tx.execute(sql.join(chunks) as never);
      // node-postgres gives a result with rows, postgres-js the rows.
      return Array.isArray(result) ? { rows: result } : (result as { rows: unknown[] });
    },
  };
}
