/** A client of pg: the narrowest transaction there is. */
import { expect, it } from '@jest/globals';
import pg from 'pg';
import { Programma } from 'programma/engine';
import { aDatabase } from '../support/database.js';
import { behavesAsTransaction } from './behaves-as-transaction.js';
import type { Open } from './orm.js';

behavesAsTransaction('pg', async (connectionString) => {
  const pool = new pg.Pool({ connectionString });
  const openIn = (client: pg.ClientBase, depth = 0): Open => ({
    tx: client,
    order: async (name) => void (await client.query('insert into orders (name) values ($1)', [name])),
    async nested(work) {
      await client.query(`savepoint s${depth}`);
      await work(openIn(client, depth + 1)).catch(async (error) => {
        await client.query(`rollback to s${depth}`);
        throw error;
      });
    },
  });
  const outside = await pool.connect();
  return {
    outside,
    async transaction(work) {
      const client = await pool.connect();
      try {
        await client.query('begin');
        await work(openIn(client));
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw error;
      } finally {
        client.release();
      }
    },
    async close() {
      outside.release();
      await pool.end();
    },
  };
});

it('refuses a Pool, and what has no query at all, and says what to do', async () => {
  const { url, pool } = await aDatabase();
  const programma = new Programma({ connectionString: url });
  await programma.connect();
  const add = (tx: unknown) => programma.addJob('x', {}, { tx: tx as pg.Client });
  await expect(add(pool)).rejects.toThrow(/tx is a Pool.*await pool.connect\(\)/);
  await expect(add({ execute() {} })).rejects.toThrow(/no query\(text, values\).*programma\/transaction/);
  await expect(add({ query: async () => ({ rows: [['answer']] }) })).rejects.toThrow(/rows.*objects by column name/);
  expect((await programma.listJobs()).jobs).toEqual([]);
  await programma.shutdown();
});
