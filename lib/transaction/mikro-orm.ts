/** MikroORM's transaction. */
import type { Executor } from '../base/executor.js';
import { questioned } from './parts.js';

/** The EntityManager inside of `em.transactional(async (em) => …)`, or between `em.begin()` and its end. */
export interface MikroOrmTransaction {
  execute(text: string, values?: unknown[]): Promise<unknown>;
  // The connection, which runs outside of every transaction, does not have this.
  getTransactionContext(): unknown;
}

/**
 * Give the EntityManager itself: `em.getConnection()` runs outside of its transaction, and is refused.
 *
 * @example
 * await em.transactional(async (em) => {
 *   em.persist(order);
 *   await em.flush();
 *   await programma.addJob('order.placed', { data: { id: order.id } }, { tx: fromMikroOrm(em) });
 * });
 */
export function fromMikroOrm(em: MikroOrmTransaction): Executor {
  return { query: async (text, values) => ({ rows: (await em.execute(...questioned(text, values))) as unknown[] }) };
}
