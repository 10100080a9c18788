/** Knex. */
import knex, { type Knex } from 'knex';
import { fromKnex } from 'programma/transaction/knex';
import { behavesAsTransaction } from './behaves-as-transaction.js';
import type { Open } from './orm.js';

behavesAsTransaction('Knex', async (connection) => {
  const db = knex({ client: 'pg', connection });
  const openIn = (trx: Knex.Transaction): Open => ({
    tx: fromKnex(trx),
    order: async (name) => void (await trx('orders').insert({ name })),
    nested: (work) => trx.transaction((inner) => work(openIn(inner))),
  });
  return {
    outside: fromKnex(db),
    transaction: (work) => db.transaction((trx) => work(openIn(trx))),
    close: () => db.destroy(),
  };
});
