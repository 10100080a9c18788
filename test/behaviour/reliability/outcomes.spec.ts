/** What a handler did and the writing of it are two things: a database that blinks changes no outcome. */
import { expect, it } from '@jest/globals';
import pg from 'pg';
import { atTheEnd } from '../../support/at-the-end.js';
import type { Database } from '../../support/database.js';
import { aDatabase } from '../../support/database.js';
import type { TestProxy } from '../../support/proxy.js';
import { aGate, anEngine, behindAProxy, next } from './an-engine.js';

const auto = { completion: 'auto', maxJobs: 10 } as const;

/** Locks the record of a job as somebody with an open transaction does, until `letGo`. */
async function lockRecord({ url }: Database, id: string): Promise<{ letGo(): Promise<void> }> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query('begin');
  await client.query('select from programma.jobs where id = $1 for update', [id]);
  let held = true;
  const letGo = async () => {
    if (held) await client.end();
    held = false;
  };
  atTheEnd(letGo);
  return { letGo };
}

it('completes the neighbours of a job whose record somebody has locked, and the job itself afterwards', async () => {
  const database = await aDatabase();
  const gate = aGate();
  const programma = await anEngine({ connectionString: database.url }, (p) =>
    p.processJobs({ topicName: 'a', ...auto }, () => gate.opened),
  );
  const ids = await Promise.all(Array.from({ length: 8 }, () => programma.addJob('a')));
  const [first = ''] = ids;
  for (const id of ids) await untilActive(database, id);
  const lock = await lockRecord(database, first);
  gate.open();
  for (const id of ids.slice(1)) await programma.waitForJob(id, { timeoutSeconds: 8 });
  // What comes later does not wait behind it either.
  await programma.waitForJob(await programma.addJob('a'), { timeoutSeconds: 2 });
  await lock.letGo();
  expect(await programma.waitForJob(first)).toMatchObject({ state: 'completed', attempts: 1 });
});

it('cancels other jobs while one is locked by somebody', async () => {
  const database = await aDatabase();
  const programma = await anEngine({ connectionString: database.url, workers: false });
  const [locked, free] = [await programma.addJob('b'), await programma.addJob('b')];
  const lock = await lockRecord(database, locked);
  const waiting = programma.cancelJob(locked);
  await expect(programma.cancelJob(free)).resolves.toBe(true);
  await lock.letGo();
  await expect(waiting).resolves.toBe(true);
});

it('keeps an outcome for as long as the lease is renewed, however long its record is locked', async () => {
  const database = await aDatabase();
  const programma = await anEngine({ connectionString: database.url });
  let id = '';
  const locked = new Promise<{ letGo(): Promise<void> }>((resolve) => {
    programma.processJobs({ topicName: 'c', ...auto }, async (job) => resolve(await lockRecord(database, job.id)));
  });
  id = await programma.addJob('c', { retryAfterSeconds: 1 });
  const lock = await locked;
  // Three leases: without renewal, or with a time limit of its own, the outcome would be lost by then.
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  await lock.letGo();
  expect(await programma.waitForJob(id)).toMatchObject({ state: 'completed', attempts: 1 });
});

it('completes a job whose handler ended while the database was away', async () => {
  const { proxy, url } = await behindAProxy();
  const gate = aGate();
  let runs = 0;
  const programma = await anEngine({ connectionString: url }, (p) =>
    p.processJobs({ topicName: 'd', ...auto }, () => {
      runs++;
      return gate.opened;
    }),
  );
  const claimed = next(programma, 'job:claimed');
  const id = await programma.addJob('d');
  await claimed;
  const stop = awayFor(proxy, 1_500);
  gate.open();
  await stop;
  expect(await programma.waitForJob(id)).toMatchObject({ state: 'completed', attempts: 1, errors: [] });
  expect(runs).toBe(1);
});

it('goes on after an outage of which the log cannot say anything', async () => {
  const { proxy, url } = await behindAProxy();
  const speechless = () => {
    throw new Error('no log');
  };
  const logger = { error: speechless, warn: speechless, log: speechless, debug: speechless };
  const gate = aGate();
  const programma = await anEngine({ connectionString: url, logger }, (p) =>
    p.processJobs({ topicName: 'o', ...auto }, async (job) => {
      await gate.opened;
      await job.complete('said');
    }),
  );
  const claimed = next(programma, 'job:claimed');
  const id = await programma.addJob('o');
  await claimed;
  const stop = awayFor(proxy, 1_500);
  gate.open();
  await stop;
  for (const one of [id, await programma.addJob('o')])
    expect(await programma.waitForJob(one)).toMatchObject({ state: 'completed', attempts: 1, errors: [] });
});

it('tells the handler that its word was taken when only the answer was lost', async () => {
  const { proxy, url } = await behindAProxy();
  const programma = await anEngine({ connectionString: url });
  const said = new Promise((resolve) => {
    programma.processJobs({ topicName: 'e', ...auto }, async (job) => {
      proxy.loseAnswerTo('settle-jobs');
      await job.complete('done').then(resolve, resolve);
    });
  });
  const id = await programma.addJob('e');
  expect(await said).toBeUndefined();
  expect(await programma.waitForJob(id)).toMatchObject({ state: 'completed', result: 'done' });
});

it('does not call a word taken that was never written because somebody else moved the job before its second try', async () => {
  const { proxy, url, database } = await behindAProxy();
  const programma = await anEngine({ connectionString: url, notify: false });
  const other = await anEngine({ connectionString: database.url, workers: false });
  let completed = 0;
  programma.on('job:completed', () => void completed++);
  const said = new Promise((resolve) => {
    programma.processJobs({ topicName: 'm', ...auto }, async (job) => {
      proxy.swallowing = true;
      proxy.cut();
      const saying = job.complete('mine');
      await other.cancelJob(job.id);
      proxy.swallowing = false;
      proxy.cut();
      await saying.then(resolve, resolve);
    });
  });
  const id = await programma.addJob('m', { retryAfterSeconds: 600 });
  expect(await said).toMatchObject({ code: 'PROGRAMMA_LEASE_LOST' });
  expect(await programma.getJob(id)).toMatchObject({ state: 'cancelled', result: null });
  expect(completed).toBe(0);
});

it('answers "created" for an add whose first answer was lost', async () => {
  const { proxy, url } = await behindAProxy();
  const programma = await anEngine({ connectionString: url, workers: false });
  proxy.loseAnswerTo('insert-jobs');
  expect(await programma.addJobs([{ topic: 'f' }])).toMatchObject([{ status: 'created' }]);
});

it('writes an outcome whose text the database cannot keep, with a note in its place', async () => {
  const database = await aDatabase();
  await database.query(`alter table programma.jobs add constraint short check (length(result::text) < 100)`);
  const programma = await anEngine({ connectionString: database.url }, (p) =>
    p.processJobs({ topicName: 'g', ...auto }, ({ data }) => 'x'.repeat(Number(data))),
  );
  const ids = await Promise.all([1, 500, 2].map((data) => programma.addJob('g', { data })));
  const results = await Promise.all(ids.map(async (id) => (await programma.waitForJob(id)).result));
  expect(results).toEqual(['x', { notKept: expect.stringContaining('short') }, 'xx']);
});

it('fails the attempt of a handler whose return the database refused', async () => {
  const database = await aDatabase();
  await database.query(`alter table programma.jobs add constraint nothing_ends check (state <> 'completed')`);
  const programma = await anEngine({ connectionString: database.url }, (p) =>
    p.processJobs({ topicName: 'q', ...auto, maxAttempts: 1 }, () => 'returned'),
  );
  expect(await programma.waitForJob(await programma.addJob('q', { retryAfterSeconds: 600 }))).toMatchObject({
    state: 'failed',
    errors: [{ message: expect.stringContaining('nothing_ends') }],
  });
});

it('says of a word that came too late that its job was lost', async () => {
  const { proxy, url } = await behindAProxy();
  const programma = await anEngine({ connectionString: url });
  const heard: string[] = [];
  const told = next(programma, 'job:lease-lost');
  programma.on('job:lease-lost', () => void heard.push('lost'));
  const refused = new Promise((resolve) => {
    programma.processJobs({ topicName: 'r', ...auto }, async (job) => {
      proxy.swallowing = true;
      proxy.cut();
      await job.complete('late').then(resolve, resolve);
    });
  });
  await programma.addJob('r', { retryAfterSeconds: 1 });
  expect(await refused).toMatchObject({ code: 'PROGRAMMA_LEASE_LOST' });
  await told;
  expect(heard).toEqual(['lost']);
  proxy.swallowing = false;
  proxy.cut();
});

it('fails the attempt of a handler that did not wait for its word, which the database refused', async () => {
  const database = await aDatabase();
  await database.query(`alter table programma.jobs add constraint nothing_ends check (state <> 'completed')`);
  const programma = await anEngine({ connectionString: database.url }, (p) =>
    p.processJobs({ topicName: 'n', ...auto, maxAttempts: 1 }, (job) => {
      job.complete('said').catch(() => undefined);
    }),
  );
  const id = await programma.addJob('n');
  expect(await programma.waitForJob(id)).toMatchObject({
    state: 'failed',
    errors: [{ message: expect.stringContaining('nothing_ends') }],
  });
  expect(await database.query('select from programma.claims')).toHaveLength(0);
});

it('refuses the poisoned add alone', async () => {
  const database = await aDatabase();
  await database.query(`alter table programma.jobs add constraint no_seven check (data <> '7')`);
  const programma = await anEngine({ connectionString: database.url, workers: false });
  const ends = await Promise.allSettled(Array.from({ length: 20 }, (_, data) => programma.addJob('h', { data })));
  expect(ends.flatMap((end, i) => (end.status === 'rejected' ? i : []))).toEqual([7]);
});

/** The next two writings of an add and of a completion meet this error. */
async function blinks({ query }: Database, code: string): Promise<void> {
  await query(`
    create sequence programma.adds; create sequence programma.ends;
    create function programma.blink() returns trigger language plpgsql as $$
      begin
        if (tg_op = 'INSERT' and nextval('programma.adds') <= 2)
          or (tg_op = 'UPDATE' and new.state = 'completed' and nextval('programma.ends') <= 2)
        then raise exception 'the database blinked' using errcode = '${code}'; end if;
        return new;
      end $$;
    create trigger blink before insert or update on programma.jobs for each row execute function programma.blink()`);
}

it.each([
  ['08006', 'a connection that failed'],
  ['53100', 'a full disk'],
  ['53200', 'no memory'],
  ['53300', 'too many connections'],
  ['57P01', 'a shutdown of the server'],
  ['57P02', 'a crash of the server'],
  ['57P03', 'a server that is starting up'],
  ['25006', 'a standby'],
  ['40001', 'a serialization failure'],
  ['40P01', 'a deadlock'],
  ['55P03', 'a lock that lasts'],
  ['57014', 'a statement that was cancelled'],
])('writes an add and an outcome again that met %s, %s', async (code) => {
  const database = await aDatabase();
  const programma = await anEngine({ connectionString: database.url }, (p) =>
    p.processJobs({ topicName: 'i', ...auto }, () => 'done'),
  );
  await blinks(database, code);
  const id = await programma.addJob('i');
  expect(await programma.waitForJob(id)).toMatchObject({ state: 'completed', attempts: 1, result: 'done', errors: [] });
  const counted = await database.query(
    `select (select last_value from programma.adds)::int as adds, (select last_value from programma.ends)::int as ends`,
  );
  expect(counted).toEqual([{ adds: 3, ends: 3 }]);
});

it('writes an outcome again whose connection vanished without a word (ETIMEDOUT)', async () => {
  const { proxy, url } = await behindAProxy();
  const programma = await anEngine({ connectionString: url });
  programma.processJobs({ topicName: 'j', ...auto }, () => {
    proxy.swallow();
    return 'done';
  });
  const id = await programma.addJob('j', { retryAfterSeconds: 60 });
  expect(await programma.waitForJob(id)).toMatchObject({ state: 'completed', attempts: 1, result: 'done', errors: [] });
}, 40_000);

it('writes no add twice whose answer was lost after its commit', async () => {
  const { proxy, url, database } = await behindAProxy();
  const programma = await anEngine({ connectionString: url, workers: false });
  proxy.loseAnswerTo('insert-jobs');
  const ids = await Promise.all(Array.from({ length: 20 }, (_, data) => programma.addJob('k', { data })));
  expect(await database.query(`select count(*)::int as n from programma.jobs where topic = 'k'`)).toEqual([{ n: 20 }]);
  expect(new Set(ids).size).toBe(20);
});

it('takes down no outcome beside those that the database cannot keep', async () => {
  const database = await aDatabase();
  await database.query(`alter table programma.jobs add constraint short check (length(result::text) < 100)`);
  const gate = aGate();
  const programma = await anEngine({ connectionString: database.url }, (p) =>
    p.processJobs({ topicName: 'l', ...auto, maxJobs: 60 }, async ({ data }) => {
      await gate.opened;
      return Number(data) % 20 === 7 ? 'x'.repeat(200) : data;
    }),
  );
  const ids = await Promise.all(Array.from({ length: 60 }, (_, data) => programma.addJob('l', { data })));
  for (const id of ids) await untilActive(database, id);
  // All of them end in one turn, and so leave in one statement.
  gate.open();
  const jobs = await Promise.all(ids.map((id) => programma.waitForJob(id)));
  expect(jobs.map(({ attempts }) => attempts)).toEqual(ids.map(() => 1));
  const kept = jobs.flatMap(({ result }, i) => (result === i ? [] : i));
  expect(kept).toEqual([7, 27, 47]);
});

async function untilActive(database: Database, id: string): Promise<void> {
  for (;;) {
    const [row] = await database.query<{ state: string }>('select state from programma.jobs where id = $1', [id]);
    if (row?.state === 'active') return;
  }
}

async function awayFor(proxy: TestProxy, ms: number): Promise<void> {
  proxy.swallowing = true;
  proxy.cut();
  await new Promise((resolve) => setTimeout(resolve, ms));
  proxy.swallowing = false;
  proxy.bury();
}
