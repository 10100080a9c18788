/** Prisma's interactive transaction. */
import type { Executor } from '../base/executor.js';

/** What `prisma.$transaction(async (tx) => …)` gives. */
export interface PrismaTransaction {
  $queryRawUnsafe(text: string, ...values: unknown[]): Promise<unknown>;
}

/**
 * @example
 * await prisma.$transaction(async (tx) => {
 *   const order = await tx.order.create({ data });
 *   await programma.addJob('order.placed', { data: { id: order.id } }, { tx: fromPrisma(tx) });
 * });
 */
export function fromPrisma(tx: PrismaTransaction): Executor {
  // "Unsafe" is about texts that are put together; ours is fixed, and the values go beside it.
  return { query: async (text, values) => ({ rows: (await tx.$queryRawUnsafe(text, ...values)) as unknown[] }) };
}
