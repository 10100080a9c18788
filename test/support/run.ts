/** One test run: the server it works on, and the migrated template that every spec file gets a clone of. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Held } from '../../lib/testing/postgres/hold.js';
import { holdAServer } from './holding.js';
import { databaseUrl, NAMES, SERVER, TEMPLATE } from './naming.js';

let held: Held | undefined;
let session: pg.Client | undefined;

export async function begin(): Promise<void> {
  try {
    const server = await serverUrl();
    const template = `${NAMES}${randomBytes(4).toString('hex')}`;
    session = await stay(server, template);
    await dropWhatDeadRunsLeft(session);
    await session.query(`create database ${template}`);
    await migrate(databaseUrl(server, template));
    // Jest's workers are started later and inherit this.
    process.env[SERVER] = server;
    process.env[TEMPLATE] = template;
  } catch (error) {
    // Jest does not tear down what it could not set up, and would wait for ever for our connection.
    await end();
    throw error;
  }
}

export async function end(): Promise<void> {
  const template = process.env[TEMPLATE];
  if (!held && session && template) await dropAll(session, template);
  await session?.end();
  await held?.release();
}

async function serverUrl(): Promise<string> {
  if (process.env.TEST_DATABASE_URL) return process.env.TEST_DATABASE_URL;
  held = await holdAServer();
  return held.url;
}

/** A connection as long as the run, under the run's name: that is how other runs see that this one lives. */
async function stay(server: string, name: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: server, application_name: name, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Only on a server that somebody gave us: our own goes with everything on it. */
async function dropWhatDeadRunsLeft(client: pg.Client): Promise<void> {
  if (held) return;
  const { rows } = await client.query<{ run: string }>(
    `select distinct substring(datname from '^${NAMES}[0-9a-f]{8}') as run from pg_database
     where datname ~ '^${NAMES}[0-9a-f]{8}'
     except select application_name from pg_stat_activity`,
  );
  for (const { run } of rows) await dropAll(client, run);
}

async function dropAll(client: pg.Client, run: string): Promise<void> {
  const { rows } = await client.query<{ datname: string }>(
    'select datname from pg_database where starts_with(datname, $1)',
    [run],
  );
  for (const { datname } of rows) await client.query(`drop database if exists ${datname} with (force)`);
}

async function migrate(connectionString: string): Promise<void> {
  const engine = new URL('../../dist/index.js', import.meta.url);
  if (!existsSync(engine)) throw new Error('There is no dist/index.js to migrate a database with: npm run build.');
  const { Programma } = (await import(engine.href)) as typeof import('../../lib/index.js');
  const programma = new Programma({ connectionString, workers: false });
  await programma.start(true);
  await programma.shutdown();
  // A server ends its side a moment later, and a template that somebody is connected to cannot be cloned.
  await sleep(50);
}
