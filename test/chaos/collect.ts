/** Brings everything that was testified together on the server that was struck, where single queries can ask it. */
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import type { Struck } from './blows.js';
import { ACTS, type Fleet } from './fleet.js';
import type { Scene } from './scene.js';

export const TABLES = `
  create table chaos.ledger (run uuid, job uuid, attempt int, claim uuid, process text, kind text,
                             started bigint, handed bigint, lost bigint, reason text, ended bigint);
  create table chaos.adds (job uuid, kind text, verdict text, process text);
  create table chaos.statements (process text, act text, began bigint, ended bigint);
  create table chaos.blows (n serial, blow text, at bigint, over bigint, process text);
  create table chaos.processes (process text, since bigint, died bigint);
  create table chaos.clock (epoch_micros bigint)`;

const INDEXES = `
  create index on chaos.ledger (job); create index on chaos.ledger (run); create index on chaos.adds (job);
  create index on chaos.promises (claim, n); create index on chaos.moves (job, n);
  create index on chaos.statements (act, began);
  analyze`;

export async function collect(scene: Scene, fleet: Fleet, struck: readonly Struck[]): Promise<pg.Client> {
  const client = new pg.Client(scene.struck.url);
  await client.connect();
  await client.query(TABLES);
  const fill = async (table: string, rows: readonly object[]): Promise<void> => {
    for (let i = 0; i < rows.length; i += 20_000)
      await client.query(`insert into ${table} select * from json_populate_recordset(null::${table}, $1)`, [
        JSON.stringify(rows.slice(i, i + 20_000)),
      ]);
  };
  const witness = new pg.Client(scene.witness.url);
  await witness.connect();
  for (const table of ['ledger', 'adds'])
    await fill(`chaos.${table}`, (await witness.query(`select * from ${table}`)).rows);
  await witness.end();
  await fill(
    'chaos.blows',
    struck.map((blow, n) => ({ n, ...blow })),
  );
  await fill(
    'chaos.processes',
    fleet.members.map(({ name, since, died }) => ({ process: name, since, died })),
  );
  for (const member of fleet.members) await fill('chaos.statements', await statementsOf(member));
  // Between the clock that the processes share and that of the database, in microseconds.
  const offset = BigInt(Date.now()) * 1000n - process.hrtime.bigint() / 1000n;
  await client.query('insert into chaos.clock values ($1)', [String(offset)]);
  await client.query(INDEXES);
  return client;
}

/** What was in flight when its process died, ended then. */
async function statementsOf({ name, journal, died = 0 }: { name: string; journal: string; died?: number | undefined }) {
  const open = new Map<string, { process: string; act: string; began: number; ended: number }>();
  const all: { process: string; act: string; began: number; ended: number }[] = [];
  const acts = new Map<string, string>(
    Object.entries(ACTS).flatMap(([act, statements]) => statements.map((statement) => [statement, act] as const)),
  );
  for (const line of (await readFile(journal, 'latin1').catch(() => '')).split('\n')) {
    const [sign, id = '', at, kind = ''] = line.split(' ');
    const act = acts.get(kind);
    const known = open.get(id);
    if (sign === '+' && act) {
      const statement = { process: name, act, began: Number(at), ended: died };
      open.set(id, statement);
      all.push(statement);
    } else if (sign === '-' && known) {
      known.ended = Number(at);
      open.delete(id);
    }
  }
  return all;
}
