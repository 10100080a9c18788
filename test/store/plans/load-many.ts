/** Fills the tables with millions of jobs, cheaply: the indexes are built when the rows are there. */
import type { Database } from '../../support/database.js';
import { idOf, type Kind, TOPIC } from './load.js';

interface Index {
  readonly name: string;
  readonly definition: string;
  /** Of a primary key. */
  readonly constraint: string | null;
  readonly table: string;
}

/** So many of each and nothing else: due, future, and finished in each of the three ways together. */
export async function loadMany({ pool }: Database, count: number): Promise<void> {
  const client = await pool.connect();
  const run = (sql: string) => client.query(sql);
  const { rows: indexes } = await client.query<Index>(INDEXES);
  for (const { name, constraint, table } of indexes)
    await run(constraint ? `alter table ${table} drop constraint ${constraint}` : `drop index programma.${name}`);
  await run('truncate programma.jobs, programma.queue, programma.claims');
  await rows(run, count);
  await run(`set maintenance_work_mem = '256MB'`);
  for (const { definition, constraint, table } of indexes)
    await run(constraint ? `alter table ${table} add constraint ${constraint} ${definition}` : definition);
  client.release(true);
}

const INDEXES = `
  select c.relname as name, i.indrelid::regclass::text as table, k.conname as constraint,
         coalesce(pg_get_constraintdef(k.oid), pg_get_indexdef(i.indexrelid)) as definition
  from pg_index i
  join pg_class c on c.oid = i.indexrelid
  left join pg_constraint k on k.conindid = i.indexrelid
  where i.indrelid in ('programma.jobs'::regclass, 'programma.queue'::regclass)`;

/** The n-th job of a kind, as in load.ts. In the order of the queue, what is for later stands before what is due. */
async function rows(run: (sql: string) => Promise<unknown>, count: number): Promise<void> {
  const insert = (kind: Kind, priority: string, columns: string, values: string, which = 'true') =>
    run(`insert into programma.jobs (id, topic, priority, ${columns})
           select ('${idOf(kind, 0).slice(0, 24)}' || lpad(to_hex(n), 12, '0'))::uuid, '${TOPIC}', ${priority}, ${values}
           from generate_series(0, ${count - 1}) n where ${which}`);
  const past = `now() - interval '1 day' + n * interval '10 ms'`;
  // Nobody touches these: their pages may be full.
  await run('alter table programma.jobs set (fillfactor = 100)');
  await insert('future', 'n % 5', 'run_after', `now() + interval '1 day' + n * interval '1 s'`);
  await insert('completed', '5', 'state, finished_at', `'completed', ${past}`, 'n % 3 = 0');
  await insert('failed', '5', 'state, finished_at, failed_at', `'failed', ${past}, ${past}`, 'n % 3 = 1');
  await insert('cancelled', '5', 'state, finished_at, cancelled_at', `'cancelled', ${past}, ${past}`, 'n % 3 = 2');
  await run('alter table programma.jobs set (fillfactor = 45)');
  await insert('due', '5 + n % 5', 'run_after', past);
  await run(`insert into programma.queue select topic, priority, run_after, id from programma.jobs
               where state = 'created'`);
}
