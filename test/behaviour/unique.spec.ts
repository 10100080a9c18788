/** Unique jobs: at most one job of a topic has a key at a time. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DuplicateJobError } from '../../lib/base/errors.js';
import type { Unique } from '../../lib/job/unique.js';
import { UniqueKeys } from '../../lib/maintenance/unique-keys.js';
import { Programma } from '../../lib/programma.js';
import { Database as Connections } from '../../lib/store/database.js';
import { statements } from '../../lib/store/statements.js';
import { UniqueAdding } from '../../lib/store/unique-adding.js';
import { broken } from '../store/invariants.js';
import { atTheEnd } from '../support/at-the-end.js';
import { aDatabase, type Database } from '../support/database.js';
import { aProcess } from '../support/process.js';

let database: Database;
let programma: Programma;
let topic: string;
let topics = 0;
beforeAll(async () => {
  database = await aDatabase();
  programma = new Programma({ connectionString: database.url, heartBeat: 3600 });
  await programma.start();
});
beforeEach(() => {
  topic = `unique ${++topics}`;
});
afterAll(() => programma.shutdown());

const add = (unique: Partial<Unique> = {}, config: object = {}) =>
  programma.addJob(topic, { data: { userId: 7 }, ...config, unique: { key: 'user 7', ...unique } });
const jobs = async () => (await programma.listJobs({ topic })).jobs;
/** Claims the job and keeps it until the test lets it end. */
const running = async (id: string) => {
  let end: (how?: Error) => void = () => undefined;
  const handler = await new Promise<{ stop(): Promise<void> }>((resolve) => {
    const handle = programma.processJobs({ topicName: topic, completion: 'auto', maxAttempts: 1 }, async (job) => {
      if (job.id !== id) return;
      resolve(handle);
      await new Promise<void>((done, fail) => {
        end = (how) => (how ? fail(how) : done());
      });
    });
  });
  return {
    async end(how?: Error) {
      end(how);
      await handler.stop();
      return programma.waitForJob(id);
    },
  };
};

it('gives the id of the job that is there', async () => {
  const id = await add();
  expect(await add()).toBe(id);
  expect(
    await programma.addJobs([
      { topic, unique: { key: 'user 7' } },
      { topic, unique: { key: 'user 8' } },
    ]),
  ).toEqual([
    { id, status: 'duplicate' },
    { id: expect.any(String), status: 'created' },
  ]);
  expect(await jobs()).toHaveLength(2);
});

describe('holds a key while the job is unfinished', () => {
  it.each([
    ['completes', (id: string) => programma.moveJobToDone(id)],
    ['fails', (id: string) => programma.moveJobToFailed(id)],
    ['is cancelled', (id: string) => programma.cancelJob(id)],
    ['is deleted', (id: string) => programma.deleteJob(id)],
  ])('until it %s by hand', async (_, end) => {
    const id = await add();
    await programma.moveJobToProcessing(id);
    expect(await add()).toBe(id);
    await end(id);
    expect(await add()).not.toBe(id);
  });

  it.each([
    ['completes', undefined],
    ['fails', new Error('no')],
  ])('until its handler %s', async (_, how) => {
    const id = await add();
    const run = await running(id);
    expect(await add()).toBe(id);
    await run.end(how);
    expect(await add()).not.toBe(id);
  });

  it('until its claim is broken for good', async () => {
    const id = await add({}, { maxAttempts: 1 });
    await programma.moveJobToProcessing(id, { timeoutSeconds: 3600 });
    await database.query(`update programma.claims set expires_at = now() where job_ids = array[$1::uuid]`, [id]);
    const other = new Programma({ connectionString: database.url });
    await other.start();
    await other.waitForJob(id);
    expect(await add()).not.toBe(id);
    await other.shutdown();
  });

  it('and once more when retryJob takes it back, however often keys were swept', async () => {
    const id = await add();
    await programma.moveJobToFailed(id);
    await sweepAll();
    await programma.retryJob(id);
    expect(await add()).toBe(id);
  });
});

it('holds a key while queued only until the job is claimed', async () => {
  const id = await add({ while: 'queued' });
  expect(await add({ while: 'queued' })).toBe(id);
  const run = await running(id);
  const next = await add({ while: 'queued' }, { runAfterSeconds: 3600 });
  expect(next).not.toBe(id);
  expect(await add({ while: 'queued' })).toBe(next);
  await run.end();
});

it('holds a key for seconds whatever becomes of the job, and not when it was cancelled', async () => {
  const id = await add({ while: { seconds: 3600 } });
  await programma.moveJobToDone(id);
  expect(await add({ while: { seconds: 3600 } })).toBe(id);
  await database.query('update programma.unique_keys set held_until = now() where job_id = $1', [id]);
  const next = await add({ while: { seconds: 3600 } });
  expect(next).not.toBe(id);
  await programma.cancelJob(next);
  expect(await add({ while: { seconds: 3600 } })).not.toBe(next);
});

describe('on conflict', () => {
  it('rejects, and writes nothing of its group', async () => {
    const id = await add();
    await expect(add({ onConflict: 'reject' })).rejects.toThrow(DuplicateJobError);
    await expect(add({ onConflict: 'reject' })).rejects.toMatchObject({ id });
    const group = [{ topic }, { topic, unique: { key: 'user 7', onConflict: 'reject' as const } }];
    await expect(programma.addJobs(group)).rejects.toThrow(id);
    expect(await jobs()).toHaveLength(1);
  });

  it('reschedules the job that waits: a debounce', async () => {
    const id = await add({}, { runAfterSeconds: 60 });
    const again = { topic, data: { userId: 8 }, runAfterSeconds: 7200, priority: 0 };
    expect(await programma.addJobs([{ ...again, unique: { key: 'user 7', onConflict: 'reschedule' } }])).toEqual([
      { id, status: 'rescheduled' },
    ]);
    const job = await programma.getJob(id);
    expect(job).toMatchObject({ data: { userId: 7 }, priority: 5 });
    expect(Number(job?.runAfter)).toBeGreaterThan(Date.now() + 7_000_000);
    expect(await database.query('select priority, run_after from programma.queue where id = $1', [id])).toEqual([
      { priority: 5, run_after: job?.runAfter },
    ]);
  });

  it('replaces the job that waits by everything but the id', async () => {
    const id = await add({}, { runAfterSeconds: 3600, attributes: { old: true } });
    const config = { data: { userId: 9 }, priority: 1, maxAttempts: 3, retryAfterSeconds: 99, runAfterSeconds: 60 };
    expect(await add({ onConflict: 'replace' }, config)).toBe(id);
    expect(await programma.getJob(id)).toMatchObject({
      ...{ state: 'created', data: { userId: 9 }, attributes: null, priority: 1, maxAttempts: 3 },
      retryAfterSeconds: 99,
    });
  });

  it.each(['replace', 'reschedule'] as const)('leaves a job that runs as it is (%s)', async (onConflict) => {
    const id = await add();
    const run = await running(id);
    const changed = await programma.addJobs([{ topic, data: 1, unique: { key: 'user 7', onConflict } }]);
    expect(changed).toEqual([{ id, status: 'duplicate' }]);
    expect(await run.end()).toMatchObject({ state: 'completed', data: { userId: 7 } });
  });

  it('wakes a worker that rests, when the replaced job is due', async () => {
    const id = await add({}, { runAfterSeconds: 3600 });
    const ran = new Promise((resolve) => {
      programma.processJobs({ topicName: topic, completion: 'auto' }, (job) => job.id === id && resolve(job));
    });
    await programma.waitForJob(await programma.addJob(topic));
    await rests();
    await add({ onConflict: 'replace' }, { data: 'now' });
    expect(await ran).toMatchObject({ id, data: 'now' });
  });
});

it('takes the jobs of one call in their order, when they have one key', async () => {
  const unique = (onConflict: Unique['onConflict']) => ({ key: 1, onConflict });
  const added = await programma.addJobs([
    { topic, data: 1, unique: unique('ignore'), runAfterSeconds: 3600 },
    { topic, data: 2, unique: unique('ignore') },
    { topic, data: 3, unique: unique('replace'), runAfterSeconds: 3600 },
    { topic, data: 4 },
  ]);
  expect(added.map(({ status }) => status)).toEqual(['created', 'duplicate', 'replaced', 'created']);
  expect((await jobs()).map(({ data }) => data).sort()).toEqual([3, 4]);
  await expect(
    programma.addJobs([
      { topic, unique: { key: 2 } },
      { topic, unique: { key: 2, onConflict: 'reject' } },
    ]),
  ).rejects.toThrow(DuplicateJobError);
});

it('keeps a repeated add with its own id what it was', async () => {
  const id = '01890a5d-ac96-774b-bcce-b302099a8057';
  await add({}, { id });
  expect(await add({ onConflict: 'reject' }, { id })).toBe(id);
  await programma.moveJobToDone(id);
  expect(await add({}, { id })).toBe(id);
  expect(await programma.addJobs([{ topic, id, unique: { key: 'user 7' } }])).toEqual([{ id, status: 'duplicate' }]);
});

it('makes one job of two hundred adds at once, in this process', async () => {
  const ids = await Promise.all(Array.from({ length: 200 }, (_, i) => add({ key: { b: i % 2, a: 1 } })));
  expect(new Set(ids).size).toBe(2);
  expect(await jobs()).toHaveLength(2);
});

it('makes one job a key of two hundred adds at once in each of four processes, alone, in batches and transactions', async () => {
  const env = { DATABASE_URL: database.url, TOPIC: topic };
  const processes = [1, 2, 3, 4].map(() => aProcess(new URL('./unique-adder.ts', import.meta.url), env));
  await Promise.all(processes.map((process) => process.until('ready', 60_000)));
  const deadlocks = async () =>
    (
      await database.query<{ n: string }>(
        'select deadlocks as n from pg_stat_database where datname = current_database()',
      )
    )[0]?.n;
  const before = await deadlocks();
  await database.query(`select pg_notify('go', '')`);
  const done = await Promise.all(processes.map((process) => process.until('done', 100_000)));
  expect(done.map(({ failures }) => failures)).toEqual([[], [], [], []]);
  const idsOf = new Map<string, Set<string>>();
  for (const [key, id] of done.flatMap(({ told }) => told as [string, string][]))
    idsOf.set(key, (idsOf.get(key) ?? new Set()).add(id));
  const there = (await jobs()).map(({ id }) => id).sort();
  expect(there).toHaveLength(10);
  expect([...idsOf.values()].flatMap((ids) => [...ids]).sort()).toEqual(there);
  expect(await broken(database)).toEqual([]);
  expect(await deadlocks()).toBe(before);
}, 170_000);

describe('in a caller’s transaction', () => {
  const aClient = async () => {
    const client = new pg.Client(database.url);
    await client.connect();
    atTheEnd(() => client.end());
    return client;
  };

  it('frees the key when the transaction rolls back, and whoever waited for it gets it', async () => {
    const client = await aClient();
    await client.query('begin');
    const lost = await programma.addJob(topic, { unique: { key: 1 } }, { tx: client });
    const waiting = programma.addJob(topic, { unique: { key: 1 } });
    await blocked(1);
    await client.query('rollback');
    const id = await waiting;
    expect(id).not.toBe(lost);
    expect((await jobs()).map((job) => job.id)).toEqual([id]);
  });

  it('gives whoever waited for it the job of the transaction that commits', async () => {
    const [one, other] = [await aClient(), await aClient()];
    await one.query('begin');
    await other.query('begin');
    const id = await programma.addJob(topic, { unique: { key: 1 } }, { tx: one });
    const waiting = programma.addJob(topic, { unique: { key: 1 } }, { tx: other });
    await blocked(1);
    await one.query('commit');
    expect(await waiting).toBe(id);
    await other.query('commit');
    expect(await jobs()).toHaveLength(1);
  });

  it('takes a key over from exactly one: two who find it stale cannot both have it', async () => {
    await programma.moveJobToDone(await add({ key: 1 }));
    const client = await aClient();
    await client.query('begin');
    const id = await programma.addJob(topic, { unique: { key: 1 } }, { tx: client });
    const waiting = programma.addJob(topic, { unique: { key: 1 } });
    await blocked(1);
    await client.query('commit');
    expect(await waiting).toBe(id);
  });

  it.each(['repeatable read', 'serializable'])(
    'works in %s, and fails as PostgreSQL says when another was faster',
    async (level) => {
      const client = await aClient();
      const begin = async () => {
        await client.query(`begin isolation level ${level}`);
        await client.query('select from programma.unique_keys limit 1');
      };
      const named = ['a', 'b'].map((key) => ({
        topic,
        unique: { key, onConflict: 'replace' as const },
        runAfterSeconds: 60,
      }));
      await begin();
      expect(await programma.addJobs([{ topic }, ...named], { tx: client })).toMatchObject(
        Array(3).fill({ status: 'created' }),
      );
      expect(await programma.addJobs(named, { tx: client })).toMatchObject(Array(2).fill({ status: 'replaced' }));
      await client.query('commit');
      expect(await jobs()).toHaveLength(3);
      await begin();
      await add({ key: 'c' });
      await expect(programma.addJob(topic, { unique: { key: 'c' } }, { tx: client })).rejects.toMatchObject({
        code: '40001',
      });
      await client.query('rollback');
      await begin();
      await programma.addJobs(named);
      await expect(programma.addJobs(named, { tx: client })).rejects.toMatchObject({ code: '40001' });
      await client.query('rollback');
    },
  );

  it.each([1, 2])('wakes a worker that rests, at the commit: for %s keys', async (count) => {
    const client = await aClient();
    const ran = new Promise((resolve) => {
      programma.processJobs({ topicName: topic, completion: 'auto' }, ({ data }) => data === 'unique' && resolve(data));
    });
    // Its first looks are over.
    await programma.waitForJob(await programma.addJob(topic));
    await client.query('begin');
    const keys = Array.from({ length: count }, (_, key) => ({ topic, data: 'unique', unique: { key } }));
    await programma.addJobs(keys, { tx: client });
    await client.query('commit');
    expect(await ran).toBe('unique');
  });

  it('asks again alone: what is added beside it on the same connection stays', async () => {
    const [one, other] = [await aClient(), await aClient()];
    await one.query('begin');
    await other.query('begin');
    const b = await programma.addJob(topic, { unique: { key: 'b' } }, { tx: one });
    const named = ['a', 'b', 'c'].map((key) => ({ topic, unique: { key } }));
    const both = programma.addJobs(named, { tx: other });
    await blocked(1);
    const plain = [programma.addJob(topic, {}, { tx: other }), programma.addJob(topic, {}, { tx: other })];
    await one.query('commit');
    expect((await both).map(({ status }) => status)).toEqual(['created', 'duplicate', 'created']);
    const ids = [...(await both).map(({ id }) => id), ...(await Promise.all(plain))];
    await other.query('commit');
    expect(ids).toContain(b);
    expect((await jobs()).map(({ id }) => id).sort()).toEqual(ids.sort());
  });

  it('replaces a job only as it is when the wait for it is over', async () => {
    const id = await add({ key: 1 }, { runAfterSeconds: 3600 });
    const client = await aClient();
    await client.query('begin');
    await programma.cancelJob(id, { tx: client });
    const waiting = programma.addJobs([{ topic, data: 'new', unique: { key: 1, onConflict: 'replace' } }]);
    await blocked(1);
    await client.query('commit');
    const [added] = await waiting;
    expect(added).toMatchObject({ status: 'created' });
    expect(added?.id).not.toBe(id);
  });
});

it('sweeps keys whose jobs are over, and no others', async () => {
  await programma.moveJobToDone(await add({ key: 'done' }));
  await programma.deleteJob(await add({ key: 'deleted' }));
  const kept = [await add({ key: 'created' }), await add({ key: 'failed' }), await add({ while: { seconds: 60 } })];
  await programma.moveJobToFailed(String(kept[1]));
  await programma.moveJobToDone(String(kept[2]));
  await sweepAll();
  const rows = await database.query<{ job_id: string }>('select job_id from programma.unique_keys');
  const there = new Set(rows.map((row) => row.job_id));
  expect(kept.filter((id) => !there.has(id))).toEqual([]);
  expect(
    await database.query(`select from programma.unique_keys k left join programma.jobs j on j.id = k.job_id
    where j.id is null or (j.state = 'completed' and k.held_until is null)`),
  ).toEqual([]);
});

/** The last look for jobs was a while ago, and the next one is an hour away. */
async function rests(): Promise<void> {
  for (let last: Date | null | undefined; ; ) {
    const { lastLook } = await programma.health();
    if (last !== undefined && Number(lastLook) === Number(last)) return;
    last = lastLook;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** So many statements wait for somebody's lock. */
async function blocked(n: number): Promise<void> {
  for (;;) {
    const [row] = await database.query<{ n: string }>(
      `select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (Number(row?.n) >= n) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function sweepAll(): Promise<void> {
  const db = new Connections({ pool: undefined, config: { connectionString: database.url } }, 'programma', true, {
    away() {},
    back() {},
  });
  db.open();
  try {
    await new UniqueKeys(new UniqueAdding(db, statements('programma'), null)).runOnce();
  } finally {
    await db.close(1_000);
  }
}
