/** TypeORM: `dataSource.transaction`, and a QueryRunner by hand. */
import { expect, it } from '@jest/globals';
import { Programma } from 'programma/engine';
import { fromTypeOrm } from 'programma/transaction/typeorm';
import { DataSource, type EntityManager, EntitySchema } from 'typeorm';
import { aDatabase } from '../support/database.js';
import { behavesAsTransaction } from './behaves-as-transaction.js';
import type { Open } from './orm.js';

const Order = new EntitySchema<{ id: number; name: string }>({
  name: 'Order',
  tableName: 'orders',
  columns: { id: { type: 'int', primary: true, generated: true }, name: { type: 'text' } },
});
const source = (url: string) => new DataSource({ type: 'postgres', url, entities: [Order] }).initialize();

behavesAsTransaction('TypeORM', async (url) => {
  const dataSource = await source(url);
  const openIn = (em: EntityManager): Open => ({
    tx: fromTypeOrm(em),
    order: async (name) => void (await em.save(Order, { name })),
    nested: (work) => em.transaction((inner) => work(openIn(inner))),
  });
  return {
    outside: fromTypeOrm(dataSource.manager),
    transaction: (work) => dataSource.transaction((em) => work(openIn(em))),
    close: () => dataSource.destroy(),
  };
});

it('takes a QueryRunner of TypeORM between startTransaction and its end', async () => {
  const { url } = await aDatabase();
  const programma = new Programma({ connectionString: url });
  await programma.connect();
  const dataSource = await source(url);
  const runner = dataSource.createQueryRunner();
  const add = () => programma.addJob('x', {}, { tx: fromTypeOrm(runner) });
  await runner.startTransaction();
  const id = await add();
  expect(await programma.getJob(id)).toBeNull();
  await runner.commitTransaction();
  expect(await programma.getJob(id)).toMatchObject({ state: 'created' });
  await expect(add()).rejects.toThrow(/not in an open transaction/);
  await runner.release();
  await dataSource.destroy();
  await programma.shutdown();
});
