/** Brings everything that was testified together on the server that was struck, where single queries can ask it. */
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import type { Struck } from './blows.js';
import { ACTS, type Fleet, type Member } from './fleet.js';
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
  const journals = new Map(
    await Promise.all(fleet.members.map(async (member) => [member.name, await testimonyOf(member)] as const)),
  );
  const { rows: runs } = await witness.query('select * from ledger');
  await fill(
    'chaos.ledger',
    runs.map((run) => ({ ...run, ...journals.get(run.process)?.runs.get(run.run) })),
  );
  await fill('chaos.adds', (await witness.query('select * from adds')).rows);
  await witness.end();
  await fill(
    'chaos.blows',
    struck.map((blow, n) => ({ n, ...blow })),
  );
  await fill(
    'chaos.processes',
    fleet.members.map(({ name, since, died }) => ({ process: name, since, died })),
  );
  for (const { statements } of journals.values()) await fill('chaos.statements', statements);
  // Between the clock that the processes share and that of the database, in microseconds.
  const offset = BigInt(Date.now()) * 1000n - process.hrtime.bigint() / 1000n;
  await client.query('insert into chaos.clock values ($1)', [String(offset)]);
  await client.query(INDEXES);
  return client;
}

interface Statement {
  process: string;
  act: string;
  began: number;
  ended: number;
}

interface Testimony {
  statements: Statement[];
  runs: Map<string, { handed?: number; lost?: number; reason?: string; ended?: number }>;
}

const ACT_OF = new Map<string, string>(
  Object.entries(ACTS).flatMap(([act, statements]) => statements.map((statement) => [statement, act] as const)),
);

/** What its journal says. What was in flight when its process died, ended then. */
async function testimonyOf({ name, journal, died = 0 }: Member): Promise<Testimony> {
  const open = new Map<string, Statement>();
  const { statements, runs }: Testimony = { statements: [], runs: new Map() };
  for (const line of (await readFile(journal, 'latin1').catch(() => '')).split('\n')) {
    const [what = '', id = '', at, more = ''] = line.split(' ');
    const known = open.get(id);
    const act = ACT_OF.get(more);
    if (what === '+' && act) {
      const statement = { process: name, act, began: Number(at), ended: died };
      open.set(id, statement);
      statements.push(statement);
    } else if (what === '-' && known) {
      known.ended = Number(at);
      open.delete(id);
    } else if (what === 'handed' || what === 'lost' || what === 'ended') {
      runs.set(id, { ...runs.get(id), [what]: Number(at), ...(what === 'lost' && { reason: more }) });
    }
  }
  return { statements, runs };
}
