/** Two statements that meet on a unique key: none waits for the other while the other waits for it. */
import { afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import pg from 'pg';
import { specOf } from '../../lib/job/spec.js';
import type { Unique } from '../../lib/job/unique.js';
import { documentOf, type Placing } from '../../lib/store/unique-adding.js';
import { atTheEnd } from '../support/at-the-end.js';
import { aDatabase, type Database } from '../support/database.js';
import { aStore, type Store } from './a-store.js';
import { broken } from './invariants.js';
import { after } from './meeting.js';

let database: Database;
let store: Store;
let one: pg.Client;
let other: pg.Client;
let keys: string[];
let n = 0;

beforeAll(async () => {
  database = await aDatabase();
  store = aStore(database.url);
  [one, other] = [await aClient(), await aClient()];
});
beforeEach(async () => {
  keys = ['a', 'b', 'c'].map((key) => `${key} ${n}`);
  n++;
  await one.query('begin');
  await other.query('begin');
});
afterEach(async () => {
  await one.query('rollback');
  await other.query('rollback');
  expect(await broken(database)).toEqual([]);
});

it('gives back what it has locked when it is unsure, and keeps it when it is not', async () => {
  const [a, b, c] = keys;
  const held = idIn(await add(store.unique.run(), [a], 'ignore'));
  await add(within(one), [b], 'ignore');
  const both = () => add(within(other), [a, b], 'replace');

  const unsure = await after(database, () => one.query('commit').then(() => undefined), both);
  expect([...unsure.jobs.values()].map(({ became }) => became)).toContain('unsure');
  expect(await lockable(held)).toBe(true);
  expect([...(await both()).jobs.values()].map(({ became }) => became)).toEqual(['replaced', 'replaced']);
  expect(await lockable(held)).toBe(false);
  expect([...(await add(within(other), [c], 'ignore')).jobs.values()]).toMatchObject([{ became: 'created' }]);
});

it('takes its keys in one order, whichever order they are named in', async () => {
  const [low, high] = keys
    .slice(1)
    .sort((a, b) => (specFor(a).unique?.key ?? '').localeCompare(specFor(b).unique?.key ?? ''));
  await add(within(one), [low], 'ignore');
  const turned = await after(
    database,
    async () => {
      // It waits for the first of its keys, so the second is free.
      expect([...(await add(within(one), [high], 'ignore')).jobs.values()]).toMatchObject([{ became: 'created' }]);
      await one.query('commit');
    },
    () => add(within(other), [high, low], 'ignore'),
  );
  expect([...turned.jobs.values()].map(({ became }) => became)).toEqual(['unsure', 'unsure']);
});

const within = (client: pg.Client) => store.unique.runWithin(client);

const specFor = (key: unknown, onConflict?: Unique['onConflict']) =>
  specOf('topic', { runAfterSeconds: 60, unique: { key, onConflict } }, { retryAfterSeconds: 30, priority: 5 });

function add(run: ReturnType<Store['unique']['run']>, named: readonly unknown[], onConflict: Unique['onConflict']) {
  const specs = named.map((key) => specFor(key, onConflict));
  return run(documentOf([specs]), specs.length);
}

const idIn = ({ jobs }: Placing): string => [...jobs.keys()][0] ?? '';

async function lockable(id: string): Promise<boolean> {
  const rows = await database.query('select from programma.jobs where id = $1 for update skip locked', [id]);
  return rows.length === 1;
}

async function aClient(): Promise<pg.Client> {
  const client = new pg.Client(database.url);
  await client.connect();
  atTheEnd(() => client.end());
  return client;
}
