import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { Programma } from 'programma/engine';
import { fromDrizzle } from 'programma/transaction/drizzle';

const orders = pgTable('orders', { id: integer().primaryKey().generatedAlwaysAsIdentity(), name: text().notNull() });
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
await pool.query('create table orders (id int primary key generated always as identity, name text not null)');
const db = drizzle(pool);
const programma = new Programma({ connectionString: process.env.DATABASE_URL });
await programma.start();

const id = await db.transaction(async (tx) => {
  const [order] = await tx.insert(orders).values({ name: 'a bicycle' }).returning();
  return programma.addJob('order.placed', { data: { orderId: order?.id } }, { tx: fromDrizzle(tx) });
});
console.log((await programma.getJob(id))?.data);

// db itself is in no transaction:
await programma.addJob('x', {}, { tx: fromDrizzle(db) }).catch(({ name }) => console.log(name));

await programma.shutdown();
await pool.end();
