/** The transaction that a caller stands in, by @nestjs-cls/transactional: no `tx` is passed on. */
import { beforeAll, expect, it } from '@jest/globals';
import { aDatabase, type Database } from '../support/database.js';
import { aProcess, type TestProcess } from '../support/process.js';

let database: Database;
let app: TestProcess;

beforeAll(async () => {
  database = await aDatabase();
  await database.query('create table orders (id serial primary key, name text not null)');
  app = aProcess(new URL('./ambient-app.ts', import.meta.url), { DATABASE_URL: database.url });
  await app.until('joined', 60_000);
}, 70_000);
const facts = async (event: string) => (await app.until(event)).facts;

it('joins the transaction that its caller stands in', async () => {
  expect(await facts('joined')).toEqual({ error: 'RolledBack', committed: ['created'], rolledBack: [] });
});

it('stands alone where no transaction is', async () => {
  expect(await facts('alone')).toEqual(['created']);
});

it('joins with addJobs and cancelJob, too, and not where tx is null', async () => {
  expect(await facts('many')).toEqual({ kept: ['created'], many: [], audit: ['created'] });
});

it('goes with the nested transaction that it was added in', async () => {
  expect(await facts('nested')).toEqual({ outer: ['created'], inner: [] });
});

it('does not let the silent fallback of nestjs-cls go unnoticed', async () => {
  expect(await facts('careless')).toEqual({ refusal: 'NoTransactionError', unnoticed: [], noticed: ['created'] });
});
