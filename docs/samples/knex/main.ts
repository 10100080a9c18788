import knex from 'knex';
import { Programma } from 'programma/engine';
import { fromKnex } from 'programma/transaction/knex';

const db = knex({ client: 'pg', connection: String(process.env.DATABASE_URL) });
await db.schema.createTable('orders', (table) => {
  table.increments('id');
  table.text('name').notNullable();
});
const programma = new Programma({ connectionString: process.env.DATABASE_URL });
await programma.start();

const id = await db.transaction(async (trx) => {
  const [order] = await trx('orders').insert({ name: 'a bicycle' }).returning('id');
  return programma.addJob('order.placed', { data: { orderId: order.id } }, { tx: fromKnex(trx) });
});
console.log((await programma.getJob(id))?.data);

// db itself is in no transaction:
await programma.addJob('x', {}, { tx: fromKnex(db) }).catch(({ name }) => console.log(name));

await programma.shutdown();
await db.destroy();
