/** MikroORM, whose connection runs outside of its transactions. */
import { expect, it } from '@jest/globals';
import { EntitySchema, MikroORM, type SqlEntityManager } from '@mikro-orm/postgresql';
import { NoTransactionError, Programma } from 'programma/engine';
import { fromMikroOrm } from 'programma/transaction/mikro-orm';
import { aDatabase } from '../support/database.js';
import { behavesAsTransaction } from './behaves-as-transaction.js';
import type { Open } from './orm.js';

interface Order {
  id: number;
  name: string;
}
const OrderSchema = new EntitySchema<Order>({
  name: 'Order',
  tableName: 'orders',
  properties: { id: { type: 'number', primary: true, autoincrement: true }, name: { type: 'text' } },
});
const mikroOrm = (clientUrl: string) =>
  MikroORM.init({
    clientUrl,
    entities: [OrderSchema],
    allowGlobalContext: true,
    discovery: { disableDynamicFileAccess: true },
  });

behavesAsTransaction('MikroORM', async (url) => {
  const orm = await mikroOrm(url);
  const openIn = (em: SqlEntityManager): Open => ({
    tx: fromMikroOrm(em),
    async order(name) {
      em.create(OrderSchema, { name } as Order);
      await em.flush();
    },
    nested: (work) => em.transactional((inner) => work(openIn(inner))),
  });
  return {
    outside: fromMikroOrm(orm.em),
    transaction: (work) => orm.em.transactional((em) => work(openIn(em))),
    close: () => orm.close(),
  };
});

it('refuses the connection of MikroORM’s EntityManager: it runs outside of the transaction', async () => {
  const { url } = await aDatabase();
  const programma = new Programma({ connectionString: url });
  await programma.connect();
  const orm = await mikroOrm(url);
  const adding = orm.em.transactional(async (em) => {
    // @ts-expect-error the compiler refuses it, too
    await programma.addJob('x', {}, { tx: fromMikroOrm(em.getConnection()) });
  });
  await expect(adding).rejects.toThrow(NoTransactionError);
  expect((await programma.listJobs()).jobs).toEqual([]);
  await orm.close();
  await programma.shutdown();
});
