/** The verbs by id for workers that have nothing but SQL. */
import { expect, it } from '@jest/globals';
import { aDatabase, type Database } from '../support/database.js';
import { aStartedEngine } from '../support/engine.js';

const database: Database = await aDatabase();
const programma = await aStartedEngine(database);
let topics = 0;
const aJob = () => programma.addJob(`sql.${++topics}`, { data: 1, attributes: { a: 1 } });
const call = async (text: string, ...values: unknown[]): Promise<unknown> =>
  Object.values((await database.query<Record<string, unknown>>(`select programma.${text}`, values))[0] ?? {})[0];
const left = () =>
  database.query(
    `select j.id from programma.jobs j
     where (j.state = 'created') <> exists (select from programma.queue q where q.id = j.id)
        or (j.state in ('active', 'processing'))
           <> exists (select from programma.claims c where c.id = j.claim_id and j.id = any(c.job_ids) and j.state in ('active', 'processing'))`,
  );

it('completes, from the queue and from processing, once', async () => {
  const [waiting, handed] = [await aJob(), await aJob()];
  await programma.moveJobToProcessing(handed);
  for (const id of [waiting, handed]) {
    expect(await call('move_job_to_done($1, $2)', id, { sent: true })).toBe(true);
    expect(await programma.getJob(id)).toMatchObject({ state: 'completed', result: { sent: true } });
    expect(await call('move_job_to_done($1)', id)).toBe(false);
  }
  expect(await left()).toEqual([]);
});

it('fails with its error', async () => {
  const id = await aJob();
  expect(await call('move_job_to_failed($1, $2)', id, 'no such address')).toBe(true);
  expect(await programma.getJob(id)).toMatchObject({ state: 'failed', errors: [{ message: 'no such address' }] });
  await programma.retryJob(id);
  expect(await programma.getJob(id)).toMatchObject({ state: 'created', attempts: 0 });
  expect(await left()).toEqual([]);
});

it('tells progress, which begins the deadline anew and is taken back past it', async () => {
  const id = await aJob();
  expect(await call('move_job_to_processing($1, 60, $2, $3)', id, 'python', { percent: 10 })).toBe(true);
  expect(await programma.getJob(id)).toMatchObject({ state: 'processing', progress: { percent: 10 }, attempts: 1 });
  expect(await call('move_job_to_processing($1, 0.05, $2, $3)', id, 'python', { percent: 20 })).toBe(true);
  await database.query('select pg_sleep(0.1)');
  await programma.addJob('sql.unrelated');
  const by = await aStartedEngine(database, { heartBeat: 1 });
  by.processJobs({ topicName: 'sql.nothing' }, () => undefined);
  const until = Date.now() + 10_000;
  while ((await programma.getJob(id))?.state !== 'created' && Date.now() < until)
    await database.query('select pg_sleep(0.05)');
  expect(await programma.getJob(id)).toMatchObject({ errors: [{ message: 'lost by python (its deadline passed)' }] });
  expect(await left()).toEqual([]);
});

it('adds attributes in every state, and refuses what are none', async () => {
  const id = await aJob();
  await programma.cancelJob(id);
  expect(await call('add_to_attributes($1, $2)', id, { b: 2 })).toBe(true);
  expect((await programma.getJob(id))?.attributes).toEqual({ a: 1, b: 2 });
  await expect(call('add_to_attributes($1, $2)', id, '[1]')).rejects.toThrow(/attributes is an object/);
  await expect(call('move_job_to_processing($1, -1)', id)).rejects.toThrow(/above 0 or null/);
});
