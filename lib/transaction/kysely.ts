/** Kysely's transaction. */
import { newId } from '../base/clock.js';
import type { Executor } from '../base/executor.js';

/** What `db.transaction().execute(async (trx) => …)` gives, and `startTransaction().execute()`. */
export interface KyselyTransaction {
  // Kysely's own types say what a compiled query is; here it is made as they say.
  executeQuery(query: never): PromiseLike<{ rows: unknown[] }>;
}

/**
 * @example
 * await db.transaction().execute(async (trx) => {
 *   const order = await trx.insertInto('orders').values(values).returning('id').executeTakeFirstOrThrow();
 *   await programma.addJob('order.placed', { data: { id: order.id } }, { tx: fromKysely(trx) });
 * });
 */
export function fromKysely(trx: KyselyTransaction): Executor {
  return { query: (text, values) => Promise.resolve(trx.executeQuery(compiled(text, values) as never)) };
}

/** Kysely's CompiledQuery of a raw text: sql and parameters are what is run, the rest is for plugins. */
const compiled = (sql: string, parameters: readonly unknown[]) => ({
  sql,
  parameters,
  query: { kind: 'RawNode', sqlFragments: [sql], parameters: [] },
  queryId: { queryId: newId() },
});
