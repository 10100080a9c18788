/** A transaction that stays open: a forgotten psql, a long report. */
import pg from 'pg';

export async function heldSnapshot<T>(url: string, meanwhile: () => Promise<T>): Promise<T> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read');
    await client.query('select count(*) from pg_class');
    return await meanwhile();
  } finally {
    await client.end();
  }
}
