/** A database for a spec file: a clone of the run's migrated template, or an empty one. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { atTheEnd } from './at-the-end.js';
import { databaseUrl, SERVER, TEMPLATE } from './naming.js';

export interface Database {
  url: string;
  name: string;
  /** For the spec's own looks into the database. It ends by itself when the file ends. */
  pool: pg.Pool;
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Takes it away before the file ends, with every connection that is still open. */
  drop(): Promise<void>;
}

export async function aDatabase({ empty = false }: { empty?: boolean } = {}): Promise<Database> {
  const server = given(SERVER);
  const template = given(TEMPLATE);
  const name = `${template}_${randomBytes(4).toString('hex')}`;
  await withClient(server, (client) =>
    create(client, `create database ${name} template ${empty ? 'template0' : template}`),
  );

  const url = databaseUrl(server, name);
  const pool = new pg.Pool({ connectionString: url, allowExitOnIdle: true });
  // A server that a test kills ends our idle connections; that is no news.
  pool.on('error', () => {});
  let ended = false;
  const close = async () => {
    if (!ended) await pool.end();
    ended = true;
  };
  const drop = async () => {
    await close();
    await withClient(server, (client) => client.query(`drop database if exists ${name} with (force)`));
  };
  // Our own server goes with all its databases, and each drop is a checkpoint that another file's timings would feel.
  atTheEnd(process.env.TEST_DATABASE_URL ? drop : close);
  return {
    url,
    name,
    pool,
    drop,
    async query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) {
      return (await pool.query<Row>(text, values)).rows;
    },
  };
}

function given(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: spec files run under Jest, whose globalSetup sets it.`);
  return value;
}

async function withClient(url: string, use: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}

async function create(client: pg.Client, statement: string): Promise<void> {
  const until = Date.now() + 10_000;
  for (;;) {
    try {
      await client.query(statement);
      return;
    } catch (error) {
      // 55006: somebody (autovacuum, say) is connected to the template at this moment.
      if ((error as { code?: string }).code !== '55006' || Date.now() > until) throw error;
    }
  }
}
