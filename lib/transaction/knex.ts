/** Knex's transaction. */
import type { Executor } from '../base/executor.js';
import { questioned } from './parts.js';

/** What `knex.transaction(async (trx) => …)` gives. */
export interface KnexTransaction {
  // Knex has a type of its own for what can be bound; texts, booleans and null can.
  raw(text: string, values: never): PromiseLike<unknown>;
}

/**
 * @example
 * await knex.transaction(async (trx) => {
 *   const [order] = await trx('orders').insert(values).returning('id');
 *   await programma.addJob('order.placed', { data: { id: order.id } }, { tx: fromKnex(trx) });
 * });
 */
export function fromKnex(trx: KnexTransaction): Executor {
  return {
    query: async (text, values) => {
      const [sql, bindings] = questioned(text, values);
      return (await trx.raw(sql, bindings as never)) as { rows: unknown[] };
    },
  };
}
