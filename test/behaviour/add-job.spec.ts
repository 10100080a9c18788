/** The function add_job: the same job, from a trigger or from any language. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JobConfig } from '../../lib/job/spec.js';
import { Programma } from '../../lib/programma.js';
import { aDatabase, type Database } from '../support/database.js';

/** Of all that a name of a schema may be. */
const SCHEMA = `o'hare "gate" 7 $1`;
const QUOTED = `"${SCHEMA.replaceAll('"', '""')}"`;
let database: Database;
let programma: Programma;
let topics = 0;
beforeAll(async () => {
  database = await aDatabase();
  programma = new Programma({ connectionString: database.url, schema: SCHEMA, heartBeat: 3600 });
  await programma.start();
});
afterAll(() => programma.shutdown());

const aTopic = () => `sql ${++topics}`;
const call = async (topic: string, rest = '', values: unknown[] = []): Promise<string> => {
  const text = `select ${QUOTED}.add_job($1${rest && `, ${rest}`}) as id`;
  const [row] = await database.query<{ id: string }>(text, [topic, ...values]);
  return row?.id ?? '';
};
const jobs = async (topic: string) => (await programma.listJobs({ topic })).jobs;

it('adds what addJob adds, and its id grows with time', async () => {
  const [topic, other] = [aTopic(), aTopic()];
  const config: JobConfig = { data: { a: ['ä', null] }, attributes: { t: 1 }, priority: 2, maxAttempts: 3 };
  const before = await programma.addJob(other, { ...config, retryAfterSeconds: 60, runAfterDate: '2031-01-01T08:00Z' });
  const id = await call(
    topic,
    `data => $2, attributes => $3, run_after => '2031-01-01T08:00Z', priority => 2, max_attempts => 3, retry_after_seconds => 60`,
    [config.data, config.attributes],
  );
  const [ours, theirs] = [await programma.getJob(id), await programma.getJob(before)];
  expect({ ...ours, id: '', topic: '', createdAt: '' }).toEqual({ ...theirs, id: '', topic: '', createdAt: '' });
  expect(id > before && id[14] === '7' && /[89ab]/.test(id[19] ?? '')).toBe(true);
});

it('wakes a worker that rests for an hour, and not before the commit', async () => {
  const topic = aTopic();
  const ran = new Promise((resolve) =>
    programma.processJobs({ topicName: topic, completion: 'auto' }, ({ id }) => resolve(id)),
  );
  const client = await database.pool.connect();
  await client.query('begin');
  const { rows } = await client.query(`select ${QUOTED}.add_job($1) as id`, [topic]);
  expect(await programma.getJob(rows[0].id)).toBeNull();
  await client.query('commit');
  client.release();
  expect(await ran).toBe(rows[0].id);
});

it('works in a trigger: an order and its job are there together or not at all', async () => {
  const topic = aTopic();
  await database.query('create table orders (id serial primary key, email text)');
  await database.query(`create function order_placed() returns trigger language plpgsql as $$
    begin
      perform ${QUOTED}.add_job('${topic}', jsonb_build_object('id', new.id));
      return new;
    end $$`);
  await database.query(
    'create trigger order_placed after insert on orders for each row execute function order_placed()',
  );
  await database.query(`insert into orders (email) select 'x' from generate_series(1, 3)`);
  await database
    .query(`do $$ begin insert into orders (email) values ('y'); raise 'no'; end $$`)
    .catch(() => undefined);
  // Within a millisecond, ids are in no order; what is due is, by the microsecond.
  const { jobs: waiting } = await programma.listJobs({ topic, state: 'created' });
  expect(waiting.map(({ data }) => data)).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
});

it.each([
  ['topic', `''`, '', /topic is a text of 1 to 200 characters/],
  ['topic', `repeat('x', 201)`, '', /topic is a text/],
  ['topic', 'null', '', /topic is a text/],
  ['priority', `'x'`, 'priority => 10', /priority is a whole number from 0/],
  ['priority', `'x'`, 'priority => 70000', /priority is a whole number from 0/],
  ['delay', `'x'`, 'run_after_seconds => -1', /run_after_seconds is a number of seconds, 0 or more/],
  ['delay', `'x'`, `run_after_seconds => 'NaN'`, /run_after_seconds is a number/],
  ['delay', `'x'`, `run_after_seconds => 'infinity'`, /run_after_seconds is a number/],
  ['time', `'x'`, `run_after => 'infinity'`, /between the years 1 and 9999/],
  ['time', `'x'`, `run_after => '0001-01-01Z BC'`, /between the years 1 and 9999/],
  ['lease', `'x'`, 'retry_after_seconds => 0.5', /retry_after_seconds is a number of seconds from 1/],
  ['attempts', `'x'`, 'max_attempts => 0', /max_attempts is a whole number, 1 or more/],
  ['attributes', `'x'`, `attributes => '[1]'`, /attributes is an object/],
  ['size', `'x'`, `data => to_jsonb(repeat('x', 17000000))`, /16 MB of JSON at the most/],
  ['depth', `'x'`, `data => (repeat('[', 1001) || repeat(']', 1001))::jsonb`, /more than 1000 levels deep/],
  ['while', `'x'`, `unique_key => '1', unique_while => 'running'`, /unique_while is/],
  ['seconds', `'x'`, `unique_key => '1', unique_seconds => 0`, /unique_seconds is a number/],
  ['conflict', `'x'`, `unique_key => '1', on_conflict => 'keep'`, /on_conflict is/],
])('refuses a bad %s: add_job(%s, %s)', async (_, topic, rest, message) => {
  const text = `select ${QUOTED}.add_job(${topic}${rest && `, ${rest}`})`;
  await expect(database.query(text)).rejects.toThrow(message);
});

it('takes what is just allowed', async () => {
  const deep = await call(aTopic(), `data => (repeat('[', 1000) || repeat(']', 1000))::jsonb`);
  expect(await programma.getJob(deep)).toMatchObject({ state: 'created' });
  const late = await call('ü'.repeat(200), `run_after => '9999-12-31T23:59:59Z', priority => 9`);
  expect(await programma.getJob(late)).toMatchObject({ priority: 9 });
});

it('counts the characters of a topic as addJob does', async () => {
  const longest = '🧾'.repeat(200);
  await call(longest, 'run_after_seconds => 3600');
  expect(await programma.addJob(longest, { runAfterSeconds: 3600 })).toEqual(expect.any(String));
  expect(await jobs(longest)).toHaveLength(2);
  await expect(call(`${longest}🧾`)).rejects.toThrow(/1 to 200 characters/);
  await expect(programma.addJob(`${longest}🧾`)).rejects.toThrow('has 201 characters; the limit is 200');
});

it('returns an id that is there, and writes nothing', async () => {
  const topic = aTopic();
  const id = await call(topic, 'data => $2', ['1']);
  expect(await call(topic, 'data => $2, id => $3', ['2', id])).toBe(id);
  expect((await jobs(topic)).map(({ data }) => data)).toEqual([1]);
});

describe('with a unique key', () => {
  it('meets the jobs of addJob, and they meet its jobs', async () => {
    const topic = aTopic();
    const key = `user "7" \\ é \n`;
    const id = await programma.addJob(topic, { unique: { key } });
    expect(await call(topic, 'unique_key => $2', [key])).toBe(id);
    await programma.moveJobToDone(id);
    const next = await call(topic, 'unique_key => $2', [key]);
    expect(next).not.toBe(id);
    expect(await programma.addJob(topic, { unique: { key } })).toBe(next);
    expect(await call(topic, `unique_key => $2, unique_while => 'queued'`, ['another'])).not.toBe(next);
  });

  it('rejects, reschedules and replaces as addJob does', async () => {
    const topic = aTopic();
    const id = await call(topic, `unique_key => 'k', run_after_seconds => 60, data => $2`, ['1']);
    await expect(call(topic, `unique_key => 'k', on_conflict => 'reject'`)).rejects.toMatchObject({ code: '23505' });
    expect(await call(topic, `unique_key => 'k', on_conflict => 'reschedule', run_after => '2040-01-01Z'`)).toBe(id);
    expect(await programma.getJob(id)).toMatchObject({ data: 1, runAfter: new Date('2040-01-01') });
    expect(await call(topic, `unique_key => 'k', on_conflict => 'replace', data => $2, priority => 1`, ['2'])).toBe(id);
    expect(await programma.getJob(id)).toMatchObject({ data: 2, priority: 1, state: 'created' });
    expect(await programma.cancelJob(id)).toBe(true);
  });

  it('holds for seconds', async () => {
    const topic = aTopic();
    const id = await call(topic, `unique_key => 'k', unique_seconds => 3600`);
    await programma.moveJobToDone(id);
    expect(await call(topic, `unique_key => 'k'`)).toBe(id);
  });

  it('makes one job of a hundred calls at once', async () => {
    const topic = aTopic();
    const conflicts = ['ignore', 'replace', 'reschedule'];
    const calls = Array.from({ length: 100 }, (_, i) =>
      call(topic, `unique_key => 'k', run_after_seconds => 3600, on_conflict => $2`, [conflicts[i % 3]]),
    );
    expect(new Set(await Promise.all(calls)).size).toBe(1);
    expect(await jobs(topic)).toHaveLength(1);
  });
});
