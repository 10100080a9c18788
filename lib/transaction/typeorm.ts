/** TypeORM's transaction. */
import type { Executor } from '../base/executor.js';

/** An EntityManager inside of `dataSource.transaction`, or a QueryRunner between `startTransaction` and its end. */
export interface TypeOrmTransaction {
  query(text: string, values?: unknown[]): Promise<unknown>;
}

/**
 * @example
 * await dataSource.transaction(async (em) => {
 *   await em.save(order);
 *   await programma.addJob('order.placed', { data: { id: order.id } }, { tx: fromTypeOrm(em) });
 * });
 */
export function fromTypeOrm(tx: TypeOrmTransaction): Executor {
  return { query: async (text, values) => ({ rows: (await tx.query(text, values)) as unknown[] }) };
}
