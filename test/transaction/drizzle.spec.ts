/** Drizzle, over both of its drivers of a server: they give their results in different shapes. */
import { drizzle as overPg } from 'drizzle-orm/node-postgres';
import { integer, type PgDatabase, type PgQueryResultHKT, pgTable, text } from 'drizzle-orm/pg-core';
import { drizzle as overPostgresJs } from 'drizzle-orm/postgres-js';
import pg from 'pg';
import postgres from 'postgres';
import { fromDrizzle } from 'programma/transaction/drizzle';
import { behavesAsTransaction } from './behaves-as-transaction.js';
import type { Open, Orm } from './orm.js';

const orders = pgTable('orders', { id: integer().primaryKey().generatedAlwaysAsIdentity(), name: text().notNull() });

function orm<T extends PgQueryResultHKT>(db: PgDatabase<T>, close: () => Promise<void>): Orm {
  const openIn = (tx: PgDatabase<T>): Open => ({
    tx: fromDrizzle(tx),
    order: async (name) => void (await tx.insert(orders).values({ name })),
    nested: (work) => tx.transaction((inner) => work(openIn(inner))),
  });
  return { outside: fromDrizzle(db), transaction: (work) => db.transaction((tx) => work(openIn(tx))), close };
}

behavesAsTransaction('Drizzle over node-postgres', async (connectionString) => {
  const pool = new pg.Pool({ connectionString });
  return orm(overPg(pool), () => pool.end());
});

behavesAsTransaction('Drizzle over postgres-js', async (url) => {
  const client = postgres(url);
  return orm(overPostgresJs(client), () => client.end());
});
