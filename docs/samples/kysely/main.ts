import { type Generated, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { Programma } from 'programma/engine';
import { fromKysely } from 'programma/transaction/kysely';

interface Tables {
  orders: { id: Generated<number>; name: string };
}
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
await pool.query('create table orders (id serial primary key, name text not null)');
const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
const programma = new Programma({ connectionString: process.env.DATABASE_URL });
await programma.start();

const id = await db.transaction().execute(async (trx) => {
  const order = await trx.insertInto('orders').values({ name: 'a bicycle' }).returning('id').executeTakeFirstOrThrow();
  return programma.addJob('order.placed', { data: { orderId: order.id } }, { tx: fromKysely(trx) });
});
console.log((await programma.getJob(id))?.data);

// db itself is in no transaction:
await programma.addJob('x', {}, { tx: fromKysely(db) }).catch(({ name }) => console.log(name));

await programma.shutdown();
await db.destroy();
