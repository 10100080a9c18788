/** What is added where it can run at once never waits in the queue, and passes nothing over by that. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { type Job, type JobConfig, type ProcessOptions, Programma, type ProgrammaOptions } from '../../lib/engine.js';
import { Adding } from '../../lib/store/adding.js';
import { Claims } from '../../lib/store/claims.js';
import { atTheEnd } from '../support/at-the-end.js';
import { aDatabase, type Database } from '../support/database.js';
import { aGate, anEngine, nextOf } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { aProxy, type TestProxy } from '../support/proxy.js';

let database: Database;

beforeAll(async () => {
  database = await aDatabase();
  await database.query(`
    create table programma.was_queued (id uuid);
    create function programma.note() returns trigger language plpgsql as $$
      begin insert into programma.was_queued values (new.id); return new; end $$;
    create trigger note after insert on programma.queue for each row execute function programma.note()`);
});

const engines: Programma[] = [];

afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(engines.splice(0).map((programma) => programma.shutdown()));
});

const auto = { completion: 'auto' } as const;

it('has its own documents, of all that start together', async () => {
  const programma = anEngine(database);
  engines.push(programma);
  programma.processJobs({ topicName: 'documents', ...auto, maxJobs: 20 }, ({ data, attributes }) => ({
    data,
    attributes,
  }));
  await programma.start();
  await programma.waitForJob(await programma.addJob('documents'));
  const given: JobConfig[] = [
    {},
    { data: 1 },
    { data: null, attributes: { n: 2 } },
    { attributes: {} },
    { data: [3], attributes: { n: 3 } },
  ];
  const ids = await Promise.all(given.map((job) => programma.addJob('documents', job)));
  for (const [i, id] of ids.entries()) {
    const { data = null, attributes = null } = given[i] ?? {};
    expect((await programma.waitForJob(id)).result).toEqual({ data, attributes });
  }
});

/** The next job that is added where it can run is written, and its answer held until `go`. */
function held(): { written: Promise<void>; go: () => void; fail: (error: Error) => void } {
  const [answer, written] = [aGate(), aGate()];
  let fault: Error | undefined;
  const { insertClaimed } = Adding.prototype;
  jest.spyOn(Adding.prototype, 'insertClaimed').mockImplementationOnce(async function (this: Adding, ...given) {
    const inserted = await insertClaimed.apply(this, given);
    written.open();
    await answer.opened;
    if (fault) throw fault;
    return inserted;
  });
  const fail = (error: Error) => {
    fault = error;
    answer.open();
  };
  return { written: written.opened, go: answer.open, fail };
}

const lostConnection = () => Object.assign(new Error('the connection was reset'), { code: 'ECONNRESET' });

/** An engine with these handlers that has looked at the queue once and rests: nobody wakes it from outside. */
async function atRest(
  handlers: Record<string, ((job: Job) => unknown) | [Partial<ProcessOptions>, (job: Job) => unknown]>,
  options: ProgrammaOptions = {},
  url = database.url,
): Promise<Programma> {
  const programma = anEngine({ url }, { notify: false, ...options });
  for (const [topicName, handler] of Object.entries(handlers)) {
    const [more, run] = Array.isArray(handler) ? handler : [{}, handler];
    programma.processJobs({ topicName, ...auto, ...more }, run);
  }
  await programma.start();
  engines.push(programma);
  await eventually(async () => (await programma.health()).lastLook !== null);
  return programma;
}

async function wasQueued(id: string): Promise<boolean> {
  return (await database.query('select from programma.was_queued where id = $1', [id])).length > 0;
}

const done = (programma: Programma, ids: readonly string[]) =>
  Promise.all(ids.map((id) => programma.waitForJob(id, { timeoutSeconds: 10 })));

describe('a job that is added where it can run', () => {
  it('never waits in the queue', async () => {
    const programma = await atRest({ now: () => 'done' });
    const id = await programma.addJob('now');
    expect(await done(programma, [id])).toMatchObject([{ state: 'completed', result: 'done', attempts: 1 }]);
    expect(await wasQueued(id)).toBe(false);
    expect(await database.query('select from programma.claims')).toEqual([]);
  });

  it('begins when whoever added it has its id', async () => {
    const said: string[] = [];
    const programma = await atRest({ first: () => void said.push('began') });
    const id = await programma.addJob('first');
    said.push('added');
    await done(programma, [id]);
    expect(said).toEqual(['added', 'began']);
  });

  it('is to its handler as one that was claimed', async () => {
    const seen: object[] = [];
    const look = ({ topic, priority, attempt, maxAttempts, data, attributes, tick, createdAt, runAfter }: Job) => {
      const [ageMs, lateMs] = [Date.now() - Number(createdAt), Number(runAfter) - Number(createdAt)];
      seen.push({ topic, priority, attempt, maxAttempts, data, attributes, tick, young: ageMs < 60_000, lateMs });
    };
    const programma = await atRest({ same: [{ maxAttempts: 7 }, look] });
    const said = { data: { a: [1, 'ü', null] }, attributes: { b: 2 }, priority: 3 };
    const ids = [
      await programma.addJob('same', said),
      await programma.addJob('same', { ...said, runAfterSeconds: 0.05 }),
    ];
    const [here, claimed] = await done(programma, ids);
    expect(await Promise.all(ids.map(wasQueued))).toEqual([false, true]);
    expect({ ...seen[1], lateMs: 0 }).toEqual(seen[0]);
    expect(seen[0]).toMatchObject({ ...said, young: true, lateMs: 0 });
    const { id, runAfter, createdAt, startedAt, finishedAt, ...rest } = here ?? never();
    expect(claimed).toMatchObject(rest);
    expect([runAfter, startedAt]).toEqual([createdAt, createdAt]);
    expect(rest.maxAttempts).toBe(7);
  });

  it('keeps a limit of its own', async () => {
    const programma = await atRest({ limit: [{ maxAttempts: 7 }, () => undefined] });
    expect(await done(programma, [await programma.addJob('limit', { maxAttempts: 2 })])).toMatchObject([
      { maxAttempts: 2 },
    ]);
  });

  it('is one of many, which begin by priority', async () => {
    const order: unknown[] = [];
    const programma = await atRest({ many: [{ maxJobs: 20 }, ({ data }) => void order.push(data)] });
    const jobs = [9, 0, 5, 0, 7].map((priority, n) => ({ topic: 'many', priority, data: `${priority} ${n}` }));
    const ids = (await programma.addJobs(jobs)).map(({ id }) => id);
    await done(programma, ids);
    expect(order).toEqual(['0 1', '0 3', '5 2', '7 4', '9 0']);
    expect(await Promise.all(ids.map(wasQueued))).toEqual(ids.map(() => false));
  });

  it('is tried again as any other when it fails', async () => {
    let n = 0;
    const fail = () => {
      if (++n === 1) throw new Error('at first');
    };
    const programma = await atRest({
      fails: [{ backoff: { type: 'fixed', seconds: 0.01 } }, fail],
    });
    const id = await programma.addJob('fails');
    expect(await done(programma, [id])).toMatchObject([{ state: 'completed', attempts: 2, errorCount: 1 }]);
  });

  it('does not wait for the connections of callers', async () => {
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    atTheEnd(() => pool.end());
    const programma = new Programma({ pool, notify: false, logger: false });
    programma.processJobs({ topicName: 'apart', ...auto }, () => undefined);
    await programma.start();
    engines.push(programma);
    await eventually(async () => (await programma.health()).lastLook !== null);
    const taken = await pool.connect();
    const completed = nextOf(programma, 'job:completed', 'apart');
    try {
      await Promise.all([completed, programma.addJob('apart')]);
    } finally {
      taken.release();
    }
  });

  it('is renewed in time, however late its answer came', async () => {
    const gate = aGate();
    let lost = 0;
    const programma = await atRest({ late: () => gate.opened });
    programma.on('job:lease-lost', () => void lost++);
    const { written, go } = held();
    const adding = programma.addJob('late', { retryAfterSeconds: 4 });
    await written;
    const leases = () => database.query<{ at: Date }>('select expires_at as at from programma.claims');
    const [first] = await leases();
    await sleep(2_800);
    go();
    const id = await adding;
    await eventually(async () => Number((await leases())[0]?.at) > Number(first?.at));
    gate.open();
    expect(await done(programma, [id])).toMatchObject([{ attempts: 1 }]);
    expect(lost).toBe(0);
  });

  it('is renewed', async () => {
    const gate = aGate();
    const programma = await atRest({ held: () => gate.opened });
    const began = nextOf(programma, 'job:claimed', 'held');
    const id = await programma.addJob('held', { retryAfterSeconds: 1 });
    await began;
    const leases = () => database.query<{ at: Date }>('select expires_at as at from programma.claims');
    const [first] = await leases();
    await eventually(async () => Number((await leases())[0]?.at) > Number(first?.at));
    gate.open();
    expect(await done(programma, [id])).toMatchObject([{ attempts: 1 }]);
  });
});

const never = (): never => {
  throw new Error('It is not there.');
};

describe('what has to wait in the queue', () => {
  it('is more than there are places', async () => {
    let [most, now] = [0, 0];
    const work = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
    };
    const programma = await atRest({ places: [{ maxJobs: 3 }, work] });
    const added = await Promise.all(
      Array.from({ length: 6 }, async (_, n) =>
        n % 2
          ? programma.addJobs(Array.from({ length: 4 }, () => ({ topic: 'places' })))
          : [{ id: await programma.addJob('places') }],
      ),
    );
    const ids = added.flat().map(({ id }) => id);
    await done(programma, ids);
    expect(most).toBe(3);
    expect((await Promise.all(ids.map(wasQueued))).filter(Boolean).length).toBeGreaterThanOrEqual(12);
  });

  it('is what comes after something that waits already', async () => {
    const gate = aGate();
    const order: unknown[] = [];
    let last: Promise<string> | undefined;
    const work = async ({ data }: Job) => {
      order.push(data);
      if (data !== 0) return;
      await gate.opened;
      // It is asked for before the place is free, and leaves when it is.
      last = programma.addJob('behind', { data: 3 });
      // It has a place in the line of what leaves before the claim that the free place brings has one.
      await new Promise((resolve) => process.nextTick(resolve));
    };
    const programma = await atRest({ behind: [{ maxJobs: 1 }, work] });
    const ids = [];
    for (const data of [0, 1, 2]) ids.push(await programma.addJob('behind', { data }));
    const first = nextOf(programma, 'job:completed', 'behind');
    gate.open();
    await first;
    ids.push((await last) ?? never());
    await done(programma, ids);
    expect(order).toEqual([0, 1, 2, 3]);
    expect(await Promise.all(ids.map(wasQueued))).toEqual([false, true, true, true]);
  });

  it('is what comes while a claim is on its way', async () => {
    const gate = aGate();
    const programma = await atRest({ meets: [{ maxJobs: 1 }, () => undefined] });
    const { claim } = Claims.prototype;
    const sent = new Promise<void>((resolve) => {
      jest.spyOn(Claims.prototype, 'claim').mockImplementationOnce(async function (this: Claims, ...wants) {
        const claimed = await claim.apply(this, wants);
        resolve();
        await gate.opened;
        return claimed;
      });
    });
    const ids = [await programma.addJob('meets', { runAfterSeconds: 0.05 })];
    await sent;
    ids.push(await programma.addJob('meets'));
    gate.open();
    await done(programma, ids);
    expect(await Promise.all(ids.map(wasQueued))).toEqual([true, true]);
  });

  it('is due later', async () => {
    const programma = await atRest({ later: () => undefined });
    for (const when of [{ runAfterSeconds: 60 }, { runAfterDate: new Date(Date.now() + 60_000) }]) {
      const id = await programma.addJob('later', when);
      expect(await programma.getJob(id)).toMatchObject({ state: 'created', attempts: 0 });
    }
  });

  it('is of a topic that is paused', async () => {
    const programma = await atRest({ paused: [{ maxJobs: 1 }, () => undefined] });
    await programma.pauseTopic('paused');
    const id = await programma.addJob('paused');
    expect(await programma.getJob(id)).toMatchObject({
      state: 'created',
      attempts: 0,
      maxAttempts: null,
      startedAt: null,
    });
    expect(await wasQueued(id)).toBe(true);
    await programma.resumeTopic('paused');
    expect(await done(programma, [id])).toMatchObject([{ state: 'completed' }]);
  });

  it('is a topic that nobody works on here', async () => {
    const programma = await atRest(
      { elsewhere: () => undefined, here: () => undefined },
      { workers: { only: ['here'] } },
    );
    const id = await programma.addJob('elsewhere');
    expect(await programma.getJob(id)).toMatchObject({ state: 'created' });
  });

  it('is one whose id its adder names: others may be adding it, too', async () => {
    const programma = await atRest({ named: () => undefined });
    const id = await programma.addJob('named', { id: randomUUID() });
    await done(programma, [id]);
    expect(await wasQueued(id)).toBe(true);
  });

  it.each([
    ['of several leases', [{ retryAfterSeconds: 5 }, { retryAfterSeconds: 6 }]],
    ['too large for one statement', Array.from({ length: 3 }, () => ({ data: 'x'.repeat(3 * 1024 * 1024) }))],
  ])('is %s', async (_, said) => {
    const programma = await atRest({ leases: () => undefined });
    const ids = (await programma.addJobs(said.map((job) => ({ topic: 'leases', ...job })))).map(({ id }) => id);
    expect((await done(programma, ids)).map(({ state }) => state)).toEqual(ids.map(() => 'completed'));
    expect(await Promise.all(ids.map(wasQueued))).toEqual(ids.map(() => true));
  });
});

it('passes nothing over whose time comes while all places are taken', async () => {
  const proxy = await aProxy(database.url);
  atTheEnd(() => proxy.close());
  let going = true;
  const work = ({ data }: Job) => {
    if (data === 'timed') going = false;
    // Its place is taken again in the turn in which it becomes free.
    else if (going) void programma.addJob('busy').catch(() => undefined);
  };
  const programma: Programma = await atRest({ busy: [{ maxJobs: 1 }, work] }, {}, proxy.url);
  const timed = await programma.addJob('busy', { data: 'timed', runAfterSeconds: 0.3 });
  // So that the place is free for a hundredth of the time only.
  proxy.delayMs = 10;
  await programma.addJob('busy');
  expect(await done(programma, [timed])).toMatchObject([{ state: 'completed' }]);
});

it('frees its place when the database refuses it', async () => {
  await database.query(`alter table programma.jobs add constraint no_seven check (data is null or data <> '7')`);
  const programma = await atRest({ refused: [{ maxJobs: 1 }, () => undefined] });
  await expect(programma.addJob('refused', { data: 7 })).rejects.toThrow('no_seven');
  const id = await programma.addJob('refused', { data: 8 });
  await done(programma, [id]);
  expect(await wasQueued(id)).toBe(false);
});

describe('a job on its way', () => {
  it('has its place, whatever comes due meanwhile', async () => {
    const order: unknown[] = [];
    const note = ({ data }: Job) => void order.push(data);
    const programma = await atRest({ kept: [{ maxJobs: 1 }, note], clock: note });
    const timed = await programma.addJob('kept', { data: 'due meanwhile', runAfterSeconds: 0.2 });
    await programma.addJob('clock', { data: 'clock', runAfterSeconds: 0.2 });
    const struck = nextOf(programma, 'job:completed', 'clock');
    const { written, go } = held();
    const adding = programma.addJob('kept', { data: 'first' });
    await written;
    await struck;
    go();
    await done(programma, [await adding, timed]);
    expect(order).toEqual(['clock', 'first', 'due meanwhile']);
  });

  it('goes back when its handler was stopped meanwhile', async () => {
    const programma = anEngine(database, { notify: false });
    let runs = 0;
    const handler = programma.processJobs({ topicName: 'stopped', ...auto }, () => void runs++);
    await programma.start();
    await eventually(async () => (await programma.health()).lastLook !== null);
    const { written, go } = held();
    const adding = programma.addJob('stopped');
    await written;
    const stopped = handler.stop();
    go();
    const id = await adding;
    await stopped;
    await eventually(async () => (await programma.getJob(id))?.state === 'created');
    expect(await programma.getJob(id)).toMatchObject({ attempts: 0, errorCount: 0 });
    expect(runs).toBe(0);
  });

  it.each([
    ['', 1, 0, undefined],
    [', also when its handlers have had their time', 0, 100, undefined],
    [', also when its answer is lost', 1, 0, lostConnection()],
    [', also when its outcomes have had their time, too', 0, 5_200, undefined],
    [', also when its answer is lost after that', 0, 5_200, lostConnection()],
  ])(
    'goes back when the process stops meanwhile%s',
    async (how, shutdownTimeoutSeconds, ms, error) => {
      let runs = 0;
      const programma = await atRest({ [`leaves${how}`]: () => void runs++ }, { shutdownTimeoutSeconds });
      const { written, go, fail } = held();
      const adding = programma.addJob(`leaves${how}`);
      await written;
      const down = programma.shutdown();
      await sleep(ms);
      if (error) fail(error);
      else go();
      const id = await adding;
      await down;
      expect(await database.query('select state, attempts from programma.jobs where id = $1', [id])).toEqual([
        { state: 'created', attempts: 0 },
      ]);
      expect(runs).toBe(0);
    },
    20_000,
  );

  it('is not given back as one that nobody knows of', async () => {
    let runs = 0;
    const programma = await atRest({ ours: () => void runs++ });
    const { written, go } = held();
    const adding = programma.addJob('ours');
    await written;
    // A claim whose answer is lost: the next round gives back what this process has not heard of.
    jest.spyOn(Claims.prototype, 'claim').mockRejectedValueOnce(lostConnection());
    const release = jest.spyOn(Claims.prototype, 'releaseUnknown');
    programma.processJobs({ topicName: 'wakes it', ...auto }, () => undefined);
    await eventually(() => release.mock.results.length > 0);
    expect(await release.mock.results[0]?.value).toBe(0);
    go();
    expect(await done(programma, [await adding])).toMatchObject([{ state: 'completed', attempts: 1 }]);
    expect(runs).toBe(1);
  });

  it('is given back, and runs, when its answer was lost', async () => {
    const proxy = await aProxy(database.url);
    atTheEnd(() => proxy.close());
    let runs = 0;
    const programma = await atRest({ lost: () => void runs++ }, {}, proxy.url);
    proxy.loseAnswerTo('insert-claimed-jobs');
    expect(await programma.addJobs([{ topic: 'lost' }])).toMatchObject([{ status: 'created' }]);
    await eventually(() => runs === 1);
    const rows = () => database.query(`select state, attempts, error_count from programma.jobs where topic = 'lost'`);
    await eventually(async () => (await rows())[0]?.state === 'completed');
    expect(await rows()).toEqual([{ state: 'completed', attempts: 1, error_count: 0 }]);
  });

  /** Its statement is at work until `end`, and its connection is lost when it has been looked for three times in vain. */
  async function atWork(topic: string, programma: Programma, proxy: TestProxy) {
    const client = await database.pool.connect();
    await client.query(`
      create or replace function programma.hold() returns trigger language plpgsql as $$
        begin perform pg_advisory_xact_lock_shared(7); return new; end $$;
      create or replace trigger hold after insert on programma.jobs for each row execute function programma.hold();
      select pg_advisory_lock(7)`);
    const release = jest.spyOn(Claims.prototype, 'releaseUnknown');
    const adding = programma.addJob(topic, { maxAttempts: 1 });
    adding.catch(() => undefined);
    const waits = `select from pg_locks where locktype = 'advisory' and not granted`;
    try {
      await eventually(async () => (await database.query(waits)).length > 0);
      proxy.cut();
      await eventually(() => release.mock.results.length === 3);
    } finally {
      await client.query('select pg_advisory_unlock(7)');
      client.release();
    }
    return adding;
  }

  it('is given back, and runs, when its statement was still at work as its answer was lost', async () => {
    const proxy = await aProxy(database.url);
    atTheEnd(() => proxy.close());
    let runs = 0;
    const programma = await atRest({ works: () => void runs++ }, {}, proxy.url);
    const id = await atWork('works', programma, proxy);
    expect(await done(programma, [id])).toMatchObject([{ state: 'completed', attempts: 1 }]);
    expect(runs).toBe(1);
  });

  it('is given back, too, when its process stops before it is looked for again', async () => {
    const proxy = await aProxy(database.url);
    atTheEnd(() => proxy.close());
    const programma = await atRest({ stops: () => undefined }, {}, proxy.url);
    const id = await atWork('stops', programma, proxy);
    await programma.shutdown();
    const rows = await database.query('select state, attempts from programma.jobs where id = $1', [id]);
    expect(rows).toEqual([{ state: 'created', attempts: 0 }]);
  });

  it.each(['EPROTO', 'EPIPE', '40003', '58000', 'XX000'])(
    'is given back, and runs, when its adder hears no more than %s',
    async (code) => {
      let runs = 0;
      const programma = await atRest({ [code]: () => void runs++ });
      const { written, fail } = held();
      const adding = programma.addJob(code).catch(() => undefined);
      await written;
      fail(Object.assign(new Error(`write ${code}`), { code }));
      await adding;
      await eventually(() => runs === 1);
    },
  );

  it('is given back, too, when others were given back while its answer was lost', async () => {
    let runs = 0;
    const programma = await atRest({ second: () => void runs++ });
    const { written, fail } = held();
    const adding = programma.addJob('second');
    await written;
    const { releaseUnknown } = Claims.prototype;
    jest.spyOn(Claims.prototype, 'releaseUnknown').mockImplementationOnce(async function (this: Claims, ...given) {
      const released = await releaseUnknown.apply(this, given);
      fail(lostConnection());
      await new Promise((resolve) => setImmediate(resolve));
      return released;
    });
    jest.spyOn(Claims.prototype, 'claim').mockRejectedValueOnce(lostConnection());
    programma.processJobs({ topicName: 'wakes it, too', ...auto }, () => undefined);
    expect(await done(programma, [await adding])).toMatchObject([{ attempts: 1 }]);
    expect(runs).toBe(1);
  });

  it('takes no claim along whose jobs have not begun when its answer is lost', async () => {
    let runs = 0;
    const programma = await atRest({ alone: () => undefined, beside: () => void runs++ });
    const { claim } = Claims.prototype;
    const beside = await programma.addJob('beside', { runAfterSeconds: 0.3 });
    const { written, fail } = held();
    const release = jest.spyOn(Claims.prototype, 'releaseUnknown');
    jest.spyOn(Claims.prototype, 'claim').mockImplementationOnce(async function (this: Claims, ...wants) {
      const claimed = await claim.apply(this, wants);
      fail(lostConnection());
      // What was lost is known to be, and what was claimed is not here yet.
      for (let turn = 0; turn < 20; turn++) await undefined;
      return claimed;
    });
    const adding = programma.addJob('alone');
    await written;
    const ids = [await adding, beside];
    expect((await done(programma, ids)).map(({ attempts }) => attempts)).toEqual([1, 1]);
    expect(await release.mock.results[0]?.value).toBe(1);
    expect(runs).toBe(1);
  });

  it('stays with its handler, however late a look for what was lost before comes to the database', async () => {
    const gate = aGate();
    const programma = await atRest({ one: () => gate.opened, two: () => gate.opened, three: () => gate.opened });
    const ids = [await programma.addJob('one'), await programma.addJob('two', { runAfterSeconds: 0.1 })];
    await eventually(async () => (await programma.getJob(ids[1] ?? ''))?.state === 'active');
    const { releaseUnknown } = Claims.prototype;
    let late: (() => Promise<number>) | undefined;
    jest.spyOn(Claims.prototype, 'releaseUnknown').mockImplementationOnce(async function (this: Claims, ...given) {
      late = () => releaseUnknown.apply(this, given);
      throw lostConnection();
    });
    jest.spyOn(Claims.prototype, 'claim').mockRejectedValueOnce(lostConnection());
    programma.processJobs({ topicName: 'four', ...auto }, () => gate.opened);
    await eventually(() => late !== undefined);
    for (const topic of ['three', 'four']) {
      const id = await programma.addJob(topic);
      await eventually(async () => (await programma.getJob(id))?.state === 'active');
      ids.push(id);
    }
    expect(await late?.()).toBe(0);
    gate.open();
    expect((await done(programma, ids)).map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1]);
  });
});

it('what is claimed in the next life is not given back by the stop of the last one', async () => {
  const programma = await atRest({ lives: () => undefined, again: () => undefined }, { shutdownTimeoutSeconds: 0 });
  const { written, fail } = held();
  const adding = programma.addJob('lives');
  await written;
  const waiting = await programma.addJob('again', { runAfterSeconds: 1 });
  // It waits for what is being added until its time is over.
  await programma.drain();
  const [claimed, answer] = [aGate(), aGate()];
  const { claim } = Claims.prototype;
  jest.spyOn(Claims.prototype, 'claim').mockImplementation(async function (this: Claims, ...given) {
    const jobs = await claim.apply(this, given);
    claimed.open();
    await answer.opened;
    return jobs;
  });
  await programma.start();
  await claimed.opened;
  const release = jest.spyOn(Claims.prototype, 'releaseUnknown');
  fail(lostConnection());
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(release).not.toHaveBeenCalled();
  answer.open();
  expect((await done(programma, [waiting, await adding])).map(({ attempts }) => attempts)).toEqual([1, 1]);
}, 20_000);

it('what a test runs by hand stays with it while lost claims are given back', async () => {
  const programma = await atRest({ rests: () => undefined, hand: () => undefined });
  await programma.pauseTopic('hand');
  const id = await programma.addJob('hand');
  const [written, answer] = [aGate(), aGate()];
  const { claimThese } = Claims.prototype;
  jest.spyOn(Claims.prototype, 'claimThese').mockImplementationOnce(async function (this: Claims, ...given) {
    const claimed = await claimThese.apply(this, given);
    written.open();
    await answer.opened;
    return claimed;
  });
  const ran = (await programma.parts()).runHere('hand', [id]);
  await written.opened;
  const release = jest.spyOn(Claims.prototype, 'releaseUnknown');
  jest.spyOn(Claims.prototype, 'claim').mockRejectedValueOnce(lostConnection());
  programma.processJobs({ topicName: 'wakes it by hand', ...auto }, () => undefined);
  await eventually(() => release.mock.results.length > 0);
  expect(await release.mock.results[0]?.value).toBe(0);
  answer.open();
  await ran;
  expect(await done(programma, [id])).toMatchObject([{ state: 'completed', attempts: 1 }]);
});

describe('a claim that the database refused', () => {
  it('is not looked for: nothing of it can come to pass', async () => {
    const programma = await atRest({ refused: () => undefined });
    const release = jest.spyOn(Claims.prototype, 'releaseUnknown');
    jest
      .spyOn(Claims.prototype, 'claim')
      .mockRejectedValueOnce(Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03' }));
    const id = await programma.addJob('refused', { runAfterSeconds: 0.05 });
    await done(programma, [id]);
    expect(release).not.toHaveBeenCalled();
  });
});
