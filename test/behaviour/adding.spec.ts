/** Adding: one or thousands, alone or among others, once or twice. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import {
  DatabaseUnavailableError,
  InvalidJobError,
  type NewJob,
  NotRunningError,
  type Programma,
} from '../../lib/engine.js';
import { aDatabase, type Database } from '../support/database.js';
import { anEngine, aStartedEngine } from '../support/engine.js';

const ID = '0198b3a4-7c5e-7000-8000-0123456789ab';
let database: Database;
let programma: Programma;

beforeAll(async () => {
  database = await aDatabase();
  programma = await aStartedEngine(database, { max: 5 });
  // What only the database can find wrong: no check of the engine's sees it.
  await database.query(`
    create function refuse() returns trigger language plpgsql as $$ begin raise 'poison'; end $$;
    create trigger refuse before insert on programma.jobs for each row when (new.data = '"poison"') execute function refuse()`);
});

afterEach(() => {
  jest.restoreAllMocks();
});

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const count = async (topic: string, table = 'jobs') =>
  Number((await database.query(`select count(*) from programma.${table} where topic = $1`, [topic]))[0]?.count);
/** Each transaction leaves its number in the rows that it wrote. */
const transactions = async (topic: string) =>
  Number(
    (await database.query('select count(distinct xmin::text) from programma.jobs where topic = $1', [topic]))[0]?.count,
  );

describe('jobs that are added together', () => {
  const documents: Pick<NewJob, 'data' | 'attributes'>[] = [
    {},
    { data: { n: 1 } },
    { data: null, attributes: { n: 2 } },
    { data: 'null' },
    { attributes: {} },
    { data: [null, 5], attributes: { n: null } },
  ];
  // So that the order of their ids is not the one in which they are given.
  const given = (topic: string, of = documents): NewJob[] =>
    of.map((job, i) => ({ topic, id: `0198b3a4-7c5e-7000-8000-0000000001${topic.length}${9 - i}`, ...job }));

  it.each([
    ['some with documents, some without', 'a', documents],
    ['none with a document', 'bb', [{}, {}]],
    ['all with attributes, none with data', 'ccc', [{ attributes: { n: 1 } }, { attributes: { n: 2 } }]],
  ])('have their own documents each: %s', async (_, topic, of) => {
    const jobs = given(topic, of);
    await programma.addJobs(jobs);
    for (const { id = '', data, attributes } of jobs)
      expect(await programma.getJob(id)).toMatchObject({ data: data ?? null, attributes: attributes ?? null });
  });

  it('are without a document in SQL where they have none, or null', async () => {
    await programma.addJobs(given('dddd', [{}, { data: null }, { data: 'null' }]));
    const rows = await database.query(
      "select data is null as none from programma.jobs where topic = 'dddd' order by id desc",
    );
    expect(rows.map(({ none }) => none)).toEqual([true, true, false]);
  });
});

describe('one job', () => {
  it('is in the record when its promise resolves', async () => {
    const id = await programma.addJob('one', { data: { email: 'xyz@gmail.com' }, attributes: { from: 'web' } });
    expect(await programma.getJob(id)).toMatchObject({
      id,
      topic: 'one',
      state: 'created',
      priority: 5,
      data: { email: 'xyz@gmail.com' },
      attributes: { from: 'web' },
      retryAfterSeconds: 30,
      attempts: 0,
      maxAttempts: null,
      startedAt: null,
      finishedAt: null,
      errors: [],
    });
  });

  it('is in the queue when its promise resolves', async () => {
    await programma.addJob('queued');
    expect(await count('queued', 'queue')).toBe(1);
  });

  it('keeps what was said of it', async () => {
    const said = { retryAfterSeconds: 2.5, priority: 0, maxAttempts: 7, id: ID, data: [1, 'ü', null, { a: '😀' }] };
    expect(await programma.getJob(await programma.addJob('said', said))).toMatchObject(said);
  });

  it('is written in the context of its caller, where a tracer of the driver looks for the span', async () => {
    const context = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const { query } = pg.Client.prototype;
    jest.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...said: unknown[]) {
      if (JSON.stringify(said[0]).includes('programma:insert-jobs')) seen.push(context.getStore());
      return Reflect.apply(query, this, said);
    } as never);
    await context.run('the caller', () => programma.addJob('traced'));
    expect(seen).toEqual(['the caller']);
  });

  it('waits for its date, not for its seconds, when both are given', async () => {
    const runAfterDate = '2099-08-27T20:02:18.255Z';
    const id = await programma.addJob('dated', { runAfterDate, runAfterSeconds: 180 });
    expect((await programma.getJob(id))?.runAfter.toISOString()).toBe(runAfterDate);
  });

  it("waits its seconds by the database's clock", async () => {
    const id = await programma.addJob('delayed', { runAfterSeconds: 180 });
    const job = await programma.getJob(id);
    expect(Number(job?.runAfter) - Number(job?.createdAt)).toBe(180_000);
  });

  it('takes its defaults from the option jobs', async () => {
    const other = await aStartedEngine(database, { jobs: { retryAfterSeconds: 5, priority: 2 }, workers: false });
    expect(await other.getJob(await other.addJob('defaults'))).toMatchObject({ retryAfterSeconds: 5, priority: 2 });
  });

  it('may carry some MB', async () => {
    const data = { text: 'ü'.repeat(4 * 1024 * 1024) };
    expect((await programma.getJob(await programma.addJob('large', { data })))?.data).toEqual(data);
  });

  it('is refused, and not written, when it cannot be', async () => {
    await expect(programma.addJob('refused', { data: { n: 1n } })).rejects.toThrow(InvalidJobError);
    expect(await count('refused')).toBe(0);
  });

  it('is refused before the engine is started', async () => {
    await expect(anEngine(database).addJob('early')).rejects.toThrow(NotRunningError);
  });
});

describe('an id of the caller', () => {
  it('is written once, however often it is added', async () => {
    const id = '0198b3a4-7c5e-7000-8000-000000000001';
    await programma.addJob('again', { id, data: 'first' });
    await programma.addJob('again', { id: id.toUpperCase(), data: 'second' });
    expect((await programma.getJob(id))?.data).toBe('first');
    expect(await count('again', 'queue')).toBe(1);
  });

  it('is written once when two callers add it at one moment', async () => {
    const id = '0198b3a4-7c5e-7000-8000-000000000002';
    const jobs = range(20).map((n) => programma.addJob('at once', { id, data: n }));
    expect(new Set(await Promise.all(jobs))).toEqual(new Set([id]));
    expect(await count('at once', 'queue')).toBe(1);
  });

  it('is answered as a duplicate by addJobs', async () => {
    const id = '0198b3a4-7c5e-7000-8000-000000000003';
    await programma.addJob('dup', { id });
    const added = await programma.addJobs([{ topic: 'dup' }, { topic: 'dup', id }, { topic: 'dup' }]);
    expect(added.map(({ status }) => status)).toEqual(['created', 'duplicate', 'created']);
    expect(added[1]?.id).toBe(id);
  });

  it('is not brought back into the queue when its job has finished', async () => {
    const id = await programma.addJob('finished');
    await programma.moveJobToDone(id);
    await programma.addJob('finished', { id });
    expect([(await programma.getJob(id))?.state, await count('finished', 'queue')]).toEqual(['completed', 0]);
  });

  it('is refused when one call of addJobs names it twice', async () => {
    const twice = [
      { topic: 'twice', id: ID },
      { topic: 'twice', id: ID },
    ];
    await expect(programma.addJobs(twice)).rejects.toThrow(/given to two of the jobs/);
  });
});

describe('many jobs', () => {
  it('are added by concurrent callers in a few statements', async () => {
    const ids = await Promise.all(range(500).map((n) => programma.addJob('shared', { data: n })));
    expect([new Set(ids).size, await count('shared')]).toEqual([500, 500]);
    expect(await transactions('shared')).toBeLessThanOrEqual(4);
  });

  it.each([
    [30, 1],
    [100, 2],
  ])('are added by %i callers at once in %i statements', async (callers, statements) => {
    const topic = `${callers} at once`;
    await Promise.all(range(callers).map((n) => programma.addJob(topic, { data: n })));
    expect([await count(topic), await transactions(topic)]).toEqual([callers, statements]);
  });

  it('are added by ten thousand in one call, in one transaction', async () => {
    const jobs = range(10_000).map((n): NewJob => ({ topic: 'bulk', data: { n, text: 'x'.repeat(1_000) } }));
    const added = await programma.addJobs(jobs);
    expect([added.length, await count('bulk', 'queue'), await transactions('bulk')]).toEqual([10_000, 10_000, 1]);
  });

  it('are answered in the order in which they were given', async () => {
    const ids = range(50).map((n) => `0198b3a4-7c5e-7000-8000-${String(999 - n * 7).padStart(12, '0')}`);
    const added = await programma.addJobs(ids.map((id) => ({ topic: 'order', id })));
    expect(added.map(({ id }) => id)).toEqual(ids);
  });

  it('of some MB each are added side by side, and no statement has more than eight', async () => {
    const data = 'x'.repeat(3 * 1024 * 1024);
    await Promise.all(range(8).map(() => programma.addJob('heavy', { data })));
    expect(await count('heavy')).toBe(8);
    expect(await transactions('heavy')).toBe(4);
  });

  it('are none when there are none', async () => {
    expect(await programma.addJobs([])).toEqual([]);
  });
});

describe('one bad job', () => {
  it('leaves nothing of its addJobs behind', async () => {
    const jobs = range(30).map((n) => ({ topic: 'all or none', data: n === 17 ? 'poison' : n }));
    await expect(programma.addJobs(jobs)).rejects.toThrow('poison');
    expect(await count('all or none')).toBe(0);
  });

  it('keeps all of its addJobs out when it is refused', async () => {
    await expect(programma.addJobs([{ topic: 'none' }, { topic: '' }])).rejects.toThrow(InvalidJobError);
    expect(await count('none')).toBe(0);
  });

  it('harms nobody who shares its statement', async () => {
    const data = range(40).map((n) => (n === 7 ? 'poison' : n === 9 ? () => 1 : n));
    const ends = await Promise.allSettled(data.map((d) => programma.addJob('mates', { data: d })));
    expect(ends.flatMap(({ status }, n) => (status === 'rejected' ? n : []))).toEqual([7, 9]);
    expect(await count('mates')).toBe(38);
  });
});

it('tells the caller when an add cannot be written in time, and takes the same id again', async () => {
  const hasty = await aStartedEngine(database, { addTimeoutSeconds: 0.3, workers: false });
  const blocker = await database.pool.connect();
  await blocker.query('begin; lock table programma.jobs in exclusive mode');
  const late = hasty.addJob('late', { id: '0198b3a4-7c5e-7000-8000-00000000000f' });
  await expect(late).rejects.toThrow(DatabaseUnavailableError);
  await blocker.query('rollback');
  blocker.release();
  await hasty.addJob('late', { id: '0198b3a4-7c5e-7000-8000-00000000000f' });
  expect(await count('late', 'queue')).toBe(1);
});
