/** Prisma 7, with the client that it generates and its adapter for pg. */
import { PrismaPg } from '@prisma/adapter-pg';
import { fromPrisma } from 'programma/transaction/prisma';
import { type Prisma, PrismaClient } from './.generated/prisma/client.js';
import { behavesAsTransaction } from './behaves-as-transaction.js';
import type { Open } from './orm.js';

behavesAsTransaction('Prisma', async (connectionString) => {
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString }) });
  const openIn = (tx: Prisma.TransactionClient): Open => ({
    tx: fromPrisma(tx),
    order: async (name) => void (await tx.order.create({ data: { name } })),
    // Prisma does not nest its transactions; PostgreSQL does.
    async nested(work) {
      await tx.$executeRawUnsafe('savepoint nested');
      await work(openIn(tx)).catch(async (error) => {
        await tx.$executeRawUnsafe('rollback to savepoint nested');
        throw error;
      });
    },
  });
  return {
    outside: fromPrisma(prisma),
    transaction: (work) => prisma.$transaction((tx) => work(openIn(tx))),
    close: () => prisma.$disconnect(),
  };
});
