/** Every statement stays fast whatever the statistics said when it was prepared. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Lane } from '../../../lib/store/database.js';
import { STATEMENTS, type StatementName } from '../../../lib/store/statements.js';
import { aDatabase, type Database } from '../../support/database.js';
import { aStore, SQL, type Store } from '../a-store.js';
import { BEYOND, type Case, JOBS } from './case.js';
import { CASES } from './cases.js';
import { type Load, load, withoutAutovacuum, withoutLog } from './load.js';

const MOST_MS = 50;
/** The machine may have other things to do: a run that was slow is repeated. A bad plan stays slow. */
const LEAST_RUNS = 2;
const MOST_RUNS = 5;
/** One without a case is told once, by a test of its own. */
const TRIED = STATEMENTS.filter((name) => CASES[name]);
/** These use up jobs, so each has its own. */
const USING = TRIED.filter((name) => CASES[name]?.values.length === 1 || CASES[name]?.before?.length === 1);

const LANES: readonly Lane[] = ['engine', 'callers'];

const FULL: Load = { due: 45_000, future: 33_000, active: 34_000, processing: 1_000, finished: 33_000 };
const NONE: Load = { due: 0, future: 0, active: 0, processing: 0, finished: 0 };
const ANALYZE = 'vacuum analyze programma.jobs, programma.queue, programma.claims, programma.topics';

const STATES: Record<string, (database: Database) => Promise<unknown>> = {
  'empty tables': async () => undefined,
  'one row': async (database) => {
    await load(database, { ...NONE, due: 1, active: 1 }, BEYOND * 2);
    await database.query(ANALYZE);
  },
  'fifty rows': async (database) => {
    await load(database, { due: 50, future: 50, active: 50, processing: 50, finished: 50 }, BEYOND * 2);
    await database.query(ANALYZE);
  },
  'tables that were used and emptied': async (database) => {
    await load(database, { due: 1_000, future: 1_000, active: 1_000, processing: 1_000, finished: 1_000 });
    for (const table of ['jobs', 'queue', 'claims']) await database.query(`delete from programma.${table}`);
    await database.query(ANALYZE);
  },
};

const figures: Record<string, Record<string, number>> = {};

afterAll(() => console.table(figures));

it('has a case for each statement', () => {
  expect(Object.keys(CASES).sort()).toEqual([...STATEMENTS].sort());
});

describe.each(Object.keys(STATES))('prepared on %s, then run on 200,000 jobs', (state) => {
  let database: Database;
  let store: Store;

  beforeAll(async () => {
    database = await aDatabase();
    await withoutAutovacuum(database);
    await withoutLog(database);
    await STATES[state]?.(database);
    store = aStore(database.url);
    for (const name of TRIED) await prepare(store, name);
    await load(database, FULL);
  }, 60_000);

  it.each(TRIED)('%s serves two hundred jobs in under 50 ms', async (name) => {
    const ms = await best(database, store, name);
    figures[name] = { ...figures[name], [state]: Number(ms.toFixed(1)) };
    expect(ms).toBeLessThan(MOST_MS);
  });

  it('plans none of them anew', async () => {
    const text = "select name, custom_plans from pg_prepared_statements where name like 'programma:%'";
    const prepared = await Promise.all(LANES.map((lane) => store.db.rows({ name: '', text }, [], lane)));
    expect(prepared.flat().map(({ name }) => name)).toEqual(
      expect.arrayContaining(TRIED.map((name) => SQL[name].name)),
    );
    expect(prepared.flat().filter((row) => row.custom_plans !== '0')).toEqual([]);
  });
});

async function prepare({ db, sql }: Store, name: StatementName): Promise<void> {
  const { lane, values, harmless } = caseOf(name);
  await db.rows(sql[name], harmless ?? values(BEYOND), lane);
}

/** The best of a few runs, each with jobs of its own. */
async function best({ query }: Database, { db, sql }: Store, name: StatementName): Promise<number> {
  const { lane, values, before, rows } = caseOf(name);
  let ms = Number.POSITIVE_INFINITY;
  for (let run = 0; run < LEAST_RUNS || (run < MOST_RUNS && ms >= MOST_MS); run++) {
    const from = Math.max(0, USING.indexOf(name) * MOST_RUNS + run) * JOBS;
    if (from + JOBS > FULL.future) throw new Error('There are more statements than jobs for them: load more.');
    if (before) await query(before(from));
    const given = values(from);
    const took = await stopwatch(db, lane);
    const answer = await db.rows(sql[name], given, lane);
    ms = Math.min(ms, await took());
    expect([name, answer.length]).toEqual([name, rows]);
  }
  return ms;
}

/**
 * How long the backend worked on what it was asked since: where the kernel tells, without the time in which other
 * processes had its processor. Everything lies in memory, so a bad plan is work and nothing else.
 */
async function stopwatch(db: Store['db'], lane: Lane): Promise<() => Promise<number>> {
  const [row] = await db.rows({ name: '', text: 'select pg_backend_pid() as pid' }, [], lane);
  const worked = () => workedMs(Number(row?.pid));
  const [begun, before] = [performance.now(), await worked()];
  return async () => {
    const passed = performance.now() - begun;
    const after = await worked();
    return before === undefined || after === undefined ? passed : Math.min(passed, after - before);
  };
}

/** Of a server on this machine; undefined elsewhere, and on systems that do not say. */
async function workedMs(pid: number): Promise<number | undefined> {
  const [name, times] = await Promise.all(
    ['comm', 'schedstat'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
  );
  return name?.trim() === 'postgres' && times ? Number(times.split(' ')[0]) / 1e6 : undefined;
}

function caseOf(name: StatementName): Case {
  const one = CASES[name];
  if (!one) throw new Error(`The statement ${name} has no case in cases.ts.`);
  return one;
}
