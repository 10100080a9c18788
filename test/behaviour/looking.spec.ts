/** What can be seen of the whole: topics, pages of jobs, health; and topics that rest. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { InvalidJobError, type JobState, type Programma } from '../../lib/engine.js';
import { aDatabase, type Database } from '../support/database.js';
import { aGate, anEngine, aStartedEngine, next, nextOf } from '../support/engine.js';

let database: Database;
let programma: Programma;
let elsewhere: Programma;

beforeAll(async () => {
  database = await aDatabase();
  [programma, elsewhere] = [anEngine(database), await aStartedEngine(database)];
  const live = next(programma, 'listen', ({ state }) => state === 'live');
  programma.processJobs({ topicName: 'anything' }, () => undefined);
  await programma.start();
  await live;
});

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

/** Every id of a list, page by page. */
async function pages(topic: string | undefined, state: JobState | undefined, limit: number): Promise<string[][]> {
  const found: string[][] = [];
  for (let after: string | undefined; ; ) {
    const { jobs, next } = await programma.listJobs({ topic, state, limit, after });
    found.push(jobs.map(({ id }) => id));
    if (next === null) return found;
    after = next;
  }
}

describe('a topic that rests', () => {
  it('is claimed by no process until it goes on', async () => {
    const ran: string[] = [];
    for (const engine of [programma, elsewhere])
      engine.processJobs({ topicName: 'resting', completion: 'auto' }, () => ran.push('ran'));
    expect(await elsewhere.pauseTopic('resting')).toBe(true);
    const id = await programma.addJob('resting');
    // What comes after it has run, so it would have, too.
    for (const engine of [programma, elsewhere]) engine.processJobs({ topicName: `awake ${ran.length}` }, () => 1);
    await expect(programma.waitForJob(id, { timeoutSeconds: 0.5 })).rejects.toThrow();
    expect([ran, (await programma.getJob(id))?.state]).toEqual([[], 'created']);
  });

  it('goes on at once everywhere when somebody says so', async () => {
    for (const topicName of ['goes on', 'beside'])
      programma.processJobs({ topicName, completion: 'auto' }, () => 'ran');
    await elsewhere.pauseTopic('goes on');
    const id = await elsewhere.addJob('goes on');
    // What was told of the add has been heard by then, and cannot be what wakes it.
    await programma.waitForJob(await elsewhere.addJob('beside'));
    expect(await elsewhere.resumeTopic('goes on')).toBe(true);
    expect((await programma.waitForJob(id, { timeoutSeconds: 5 })).result).toBe('ran');
  });

  it('lets what runs go on', async () => {
    const { open, opened } = aGate();
    programma.processJobs({ topicName: 'runs on', completion: 'auto' }, () => opened);
    const claimed = nextOf(programma, 'job:claimed', 'runs on');
    const id = await programma.addJob('runs on');
    await claimed;
    await programma.pauseTopic('runs on');
    open();
    expect((await programma.waitForJob(id)).state).toBe('completed');
  });

  it('answers false when it rests already, and when it goes on already', async () => {
    expect(await programma.resumeTopic('never spoken of')).toBe(false);
    expect([await programma.pauseTopic('twice'), await programma.pauseTopic('twice')]).toEqual([true, false]);
    expect([await programma.resumeTopic('twice'), await programma.resumeTopic('twice')]).toEqual([true, false]);
  });

  it('still rests after a restart', async () => {
    await programma.pauseTopic('restart');
    const fresh = await aStartedEngine(database);
    expect((await fresh.topics()).find(({ topic }) => topic === 'restart')?.paused).toBe(true);
  });
});

describe('topics', () => {
  it('say for each one how long its own oldest due job has been waiting', async () => {
    await programma.addJob('due', { runAfterDate: minutesAgo(10) });
    await programma.addJob('due', { runAfterDate: minutesAgo(5), priority: 0 });
    await programma.addJob('not due', { runAfterSeconds: 500 });
    const seen = new Map((await programma.topics()).map(({ topic, ...rest }) => [topic, rest]));
    expect(seen.get('due')).toEqual({ paused: false, oldestDueSeconds: expect.closeTo(600, -1) });
    expect(seen.get('not due')).toEqual({ paused: false, oldestDueSeconds: null });
  });

  it('are those that have a record or were paused, and no others', async () => {
    await programma.resumeTopic('only a word');
    await programma.addJob('a record', { runAfterSeconds: 500 });
    const names = (await programma.topics()).map(({ topic }) => topic);
    expect([names.includes('a record'), names.includes('only a word')]).toEqual([true, false]);
  });
});

describe('health', () => {
  it('says that all is well', async () => {
    await programma.addJob('overdue', { runAfterDate: minutesAgo(1) });
    expect(await programma.health()).toEqual({
      database: 'up',
      schema: expect.any(Number),
      listen: 'live',
      lastLook: expect.any(Date),
      oldestDueSeconds: expect.any(Number),
    });
  });

  it('leaves topics that rest out of what is overdue', async () => {
    const own = await aDatabase();
    const engine = await aStartedEngine(own);
    await engine.addJob('rests', { runAfterDate: minutesAgo(60) });
    await engine.pauseTopic('rests');
    expect((await engine.health()).oldestDueSeconds).toBeNull();
  });

  it('says that the database is down before the start, and never rejects', async () => {
    expect(await anEngine(database).health()).toMatchObject({ database: 'down', listen: 'polling', lastLook: null });
  });
});

describe('listJobs', () => {
  const MAKE: Record<Exclude<JobState, 'active'>, (id: string) => Promise<unknown>> = {
    created: async () => undefined,
    processing: (id) => programma.moveJobToProcessing(id),
    completed: (id) => programma.moveJobToDone(id),
    failed: (id) => programma.moveJobToFailed(id),
    cancelled: (id) => programma.cancelJob(id),
  };
  const states = Object.keys(MAKE) as (keyof typeof MAKE)[];

  it.each(states)('goes through the %s jobs of a topic, each once, page by page', async (state) => {
    const added = await programma.addJobs(range(7).map(() => ({ topic: `list ${state}`, runAfterSeconds: 500 })));
    const others = ['before', 'list'].map((topic) => ({ topic: `${topic} ${state} too`, runAfterSeconds: 500 }));
    for (const { id } of [...added, ...(await programma.addJobs(others))]) await MAKE[state](id);
    const found = await pages(`list ${state}`, state, 3);
    expect(found.map((page) => page.length)).toEqual([3, 3, 1]);
    expect(found.flat().sort()).toEqual(added.map(({ id }) => id).sort());
  });

  it('goes through the active ones, too', async () => {
    const { open, opened } = aGate();
    programma.processJobs({ topicName: 'list active', completion: 'auto' }, () => opened);
    let n = 0;
    const all = next(programma, 'job:claimed', ({ job }) => job.topic === 'list active' && ++n === 7);
    programma.processJobs({ topicName: 'a list beside', completion: 'auto' }, () => opened);
    const beside = nextOf(programma, 'job:claimed', 'a list beside');
    await programma.addJobs([...range(7).map(() => ({ topic: 'list active' })), { topic: 'a list beside' }]);
    await Promise.all([all, beside]);
    expect(new Set((await pages('list active', 'active', 3)).flat()).size).toBe(7);
    open();
  });

  it('shows what waits in the order of its turn', async () => {
    const at = [30, 10, 20].map((n) => ({ topic: 'turn', runAfterSeconds: n * 100 }));
    const ids = (await programma.addJobs([...at, { topic: 'turn', runAfterSeconds: 9_000, priority: 0 }])).map(
      (a) => a.id,
    );
    expect((await pages('turn', 'created', 2)).flat()).toEqual([ids[3], ids[1], ids[2], ids[0]]);
  });

  it('shows finished jobs the latest first', async () => {
    const ids: string[] = [];
    for (const _ of range(4)) {
      const id = await programma.addJob('latest', { runAfterSeconds: 500 });
      await programma.moveJobToDone(id);
      ids.unshift(id);
    }
    expect((await pages('latest', 'completed', 3)).flat()).toEqual(ids);
  });

  it('shows all jobs of a topic the newest first', async () => {
    const ids: string[] = [];
    for (const _ of range(4)) ids.unshift(await programma.addJob('newest', { runAfterSeconds: 500 }));
    await programma.cancelJob(ids[1] ?? '');
    for (const topic of ['newer', 'newest yet']) await programma.addJob(topic, { runAfterSeconds: 500 });
    expect((await pages('newest', undefined, 3)).flat()).toEqual(ids);
  });

  it.each([undefined, ...states])('goes through the jobs of all topics: %s', async (state) => {
    const [{ count } = {}] = await database.query<{ count: string }>(
      `select count(*) from programma.jobs where $1::text is null or state = $1`,
      [state ?? null],
    );
    const found = (await pages(undefined, state, 11)).flat();
    expect([found.length, new Set(found).size]).toEqual([Number(count), Number(count)]);
  });

  it('pages through jobs of the far future without losing one', async () => {
    const jobs = range(5).map((n) => ({ topic: 'far', runAfterDate: `9999-12-31T23:59:59.99${n}Z` }));
    const ids = (await programma.addJobs(jobs)).map(({ id }) => id);
    expect((await pages('far', 'created', 1)).flat()).toEqual(ids);
  });

  it('is empty, without a next page, where there is nothing', async () => {
    expect(await programma.listJobs({ topic: 'nobody' })).toEqual({ jobs: [], next: null });
  });

  it.each([
    [{ limit: 0 }, /limit/],
    [{ limit: 1_001 }, /limit/],
    [{ state: 'delayed' as JobState }, /state is one of/],
    [{ topic: '' }, /topic/],
    [{ after: 'page 2' }, /`after`/],
    [{ after: 'bnVsbA', state: 'failed' as JobState }, /`after`/],
  ])('refuses %j', async (options, message) => {
    const refused = expect(programma.listJobs(options)).rejects;
    await refused.toThrow(InvalidJobError);
    await expect(programma.listJobs(options)).rejects.toThrow(message);
  });
});
