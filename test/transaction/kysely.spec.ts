/** Kysely: a transaction with a callback, and a controlled one for its savepoints. */
import { expect, it } from '@jest/globals';
import { type ControlledTransaction, type Generated, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { Programma } from 'programma/engine';
import { fromKysely } from 'programma/transaction/kysely';
import { aDatabase } from '../support/database.js';
import { behavesAsTransaction } from './behaves-as-transaction.js';
import type { Open } from './orm.js';

interface Tables {
  orders: { id: Generated<number>; name: string };
}
const kysely = (connectionString: string) =>
  new Kysely<Tables>({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString }) }) });

behavesAsTransaction('Kysely', async (url) => {
  const db = kysely(url);
  const openIn = (trx: ControlledTransaction<Tables, string[]>): Open => ({
    tx: fromKysely(trx),
    order: async (name) => void (await trx.insertInto('orders').values({ name }).execute()),
    async nested(work) {
      const saved = await trx.savepoint('nested').execute();
      try {
        await work(openIn(saved as typeof trx));
        await saved.releaseSavepoint('nested').execute();
      } catch (error) {
        await saved.rollbackToSavepoint('nested').execute();
        throw error;
      }
    },
  });
  return {
    outside: fromKysely(db),
    async transaction(work) {
      const trx = await db.startTransaction().execute();
      try {
        await work(openIn(trx));
        await trx.commit().execute();
      } catch (error) {
        await trx.rollback().execute();
        throw error;
      }
    },
    close: () => db.destroy(),
  };
});

it('takes what the callback of Kysely gets', async () => {
  const { url } = await aDatabase();
  const programma = new Programma({ connectionString: url });
  await programma.connect();
  const db = kysely(url);
  const id = await db.transaction().execute((trx) => programma.addJob('x', {}, { tx: fromKysely(trx) }));
  expect(await programma.getJob(id)).toMatchObject({ state: 'created' });
  await db.destroy();
  await programma.shutdown();
});
