/** Claiming: in order, never more than there are places, and woken at the right moment. */
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Job, Programma } from '../../lib/engine.js';
import { Claims } from '../../lib/store/claims.js';
import { aDatabase, type Database } from '../support/database.js';
import { aGate, anEngine, aStartedEngine, next } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { aProcess } from '../support/process.js';

const OTHER = new URL('./other-process.ts', import.meta.url);
let database: Database;
let programma: Programma;

beforeAll(async () => {
  database = await aDatabase();
  programma = anEngine(database);
  const live = next(programma, 'listen', ({ state }) => state === 'live');
  programma.processJobs({ topicName: 'nothing to do' }, () => undefined);
  await programma.start();
  await live;
});

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/** Resolves with what `n` jobs of the topic gave, in the order in which they were begun. */
function run<T>(topicName: string, n: number, work: (job: Job) => T | Promise<T>, maxJobs = 10): Promise<T[]> {
  const given: Promise<T>[] = [];
  return new Promise((resolve, reject) => {
    programma.processJobs({ topicName, maxJobs, completion: 'auto' }, async (job) => {
      const gives = Promise.resolve(work(job));
      given.push(gives);
      if (given.length === n) Promise.all(given).then(resolve, reject);
      await gives;
    });
  });
}

/** How late the jobs of a topic were started, in milliseconds by the database's clock; the quickest first. */
async function lateness(topic: string): Promise<number[]> {
  const rows = await database.query<{ ms: number }>(
    `select extract(epoch from started_at - run_after)::float8 * 1000 as ms from programma.jobs
     where topic = $1 and started_at is not null order by 1`,
    [topic],
  );
  return rows.map(({ ms }) => ms);
}

describe('the order', () => {
  it('is priority, then time, then id', async () => {
    const at = (priority: number, minute: number) => ({ priority, runAfterDate: `2020-01-01T00:0${minute}:00Z` });
    const said = [at(5, 2), at(0, 9), at(5, 1), at(9, 0), at(0, 8), at(5, 1), at(5, 1)];
    const added = await programma.addJobs(said.map((job) => ({ topic: 'order', ...job })));
    const ids = added.map(({ id }) => id);
    const first = [ids[4], ids[1], ...[ids[2], ids[5], ids[6]].sort(), ids[0], ids[3]];
    expect(await run('order', 7, ({ id }) => id, 1)).toEqual(first);
  });

  it('is the same when all are claimed at once', async () => {
    const jobs = range(30).map((n) => ({ topic: 'one claim', priority: n % 10, data: n }));
    await programma.addJobs(jobs);
    const priorities = await run('one claim', 30, ({ priority }) => priority, 30);
    expect(priorities).toEqual([...priorities].sort());
  });

  it('is first in, first out for jobs that are added one after the other', async () => {
    for (const n of range(10)) await programma.addJob('fifo', { data: n });
    expect(await run('fifo', 10, ({ data }) => data, 3)).toEqual(range(10));
  });
});

describe('maxJobs', () => {
  it('is never exceeded, and filled while there is work', async () => {
    await programma.addJobs(range(60).map(() => ({ topic: 'places' })));
    const last = aGate();
    let begun = 0;
    let inHand = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inHand);
      if (++begun === 60) last.open();
      // The first one keeps its place, while those of the others come and go.
      await (begun === 1 ? last.opened : new Promise((resolve) => setImmediate(resolve)));
      inHand--;
    };
    await run('places', 60, work, 7);
    expect(most).toBe(7);
  });

  it('is filled at once, also where it is more than a claim takes', async () => {
    const { open, opened } = aGate();
    await programma.addJobs(range(1_100).map(() => ({ topic: 'many places' })));
    const all = new Promise<void>((begun) => {
      let n = 0;
      programma.processJobs({ topicName: 'many places', maxJobs: 1_100, heartBeat: 60, completion: 'auto' }, () => {
        if (++n === 1_100) begun();
        return opened;
      });
    });
    await all;
    open();
  });

  it('keeps what has no place in the queue, for other processes', async () => {
    const { open, opened } = aGate();
    await programma.addJobs(range(5).map(() => ({ topic: 'left' })));
    await new Promise<void>((taken) => {
      let n = 0;
      programma.processJobs({ topicName: 'left', maxJobs: 2 }, () => {
        if (++n === 2) taken();
        return opened;
      });
    });
    expect((await programma.listJobs({ topic: 'left', state: 'created' })).jobs).toHaveLength(3);
    open();
  });
});

describe('an idle process with a heartBeat of a minute', () => {
  it('starts a job that is added in the same process at once', async () => {
    const [job] = await Promise.all([run('woken', 1, ({ id }) => id), programma.addJob('woken')]);
    expect((await lateness('woken'))[0]).toBeLessThan(1_000);
    expect(job).toHaveLength(1);
  });

  it('starts a job that another process adds at once', async () => {
    const begun = run('told', 1, () => Date.now());
    const added = await aProcess(OTHER, { DO: 'add', DB: database.url, TOPIC: 'told' }).until('added', 15_000);
    expect(Number((await begun)[0]) - Number(added.at)).toBeLessThan(1_000);
  });

  // The quickest of five: on a busy machine an add may well take longer than the time after which is looked again.
  it('starts what comes right after other jobs, also where nobody is notified of it', async () => {
    const silent = await aStartedEngine(database, { workers: false, notify: false });
    const worker = anEngine(database, { heartBeat: 1 });
    const begun: number[] = [];
    const last = new Promise<void>((done) => {
      worker.processJobs<number>({ topicName: 'in a row', completion: 'auto' }, ({ data }) => {
        begun.push(performance.now());
        if (data === 6) done();
        else void silent.addJob('in a row', { data: data + 1 });
      });
    });
    await worker.start();
    await worker.addJob('in a row', { data: 0 });
    await last;
    // The first of them is looked for because of the add in this very process.
    const [, ...found] = begun;
    const rests = found.slice(1).map((at, n) => at - (found[n] ?? 0));
    // A heartBeat before each of them would be 900 ms and more.
    expect(Math.min(...rests)).toBeLessThan(450);
  });

  // The quickest of five, since the machine of a test is busy with other tests; without a timer, none would be so quick.
  it('starts a scheduled job within 50 ms of its moment', async () => {
    const begun = run('scheduled', 5, () => true);
    for (const n of range(5)) await programma.addJob('scheduled', { runAfterSeconds: 0.5 + n * 0.15 });
    await begun;
    const late = await lateness('scheduled');
    expect(late[0]).toBeLessThan(50);
    expect(late.at(-1)).toBeLessThan(2_000);
  });

  it('starts a scheduled job of another process within 50 ms of its moment', async () => {
    const begun = run('scheduled there', 5, () => true);
    const DELAYS = '[0.5, 0.65, 0.8, 0.95, 1.1]';
    aProcess(OTHER, { DO: 'add', DB: database.url, TOPIC: 'scheduled there', DELAYS });
    await begun;
    const late = await lateness('scheduled there');
    expect(late[0]).toBeLessThan(50);
    expect(late.at(-1)).toBeLessThan(2_000);
  });

  it('starts within 50 ms, too, what was scheduled before it came, and so was told to nobody here', async () => {
    await programma.addJobs(range(5).map((n) => ({ topic: 'scheduled before', runAfterSeconds: 0.5 + n * 0.15 })));
    await run('scheduled before', 5, () => true);
    const late = await lateness('scheduled before');
    expect(late[0]).toBeLessThan(50);
    expect(late.at(-1)).toBeLessThan(2_000);
  });

  it('never starts a scheduled job before its moment', async () => {
    expect((await lateness('scheduled'))[0]).toBeGreaterThanOrEqual(0);
    expect((await lateness('scheduled there'))[0]).toBeGreaterThanOrEqual(0);
    expect((await lateness('scheduled before'))[0]).toBeGreaterThanOrEqual(0);
  });

  it('starts a job that is due earlier than the one it waits for', async () => {
    const begun = run('sooner', 1, ({ data }) => data);
    await programma.addJob('sooner', { runAfterSeconds: 3_000, data: 'later' });
    await programma.addJob('sooner', { runAfterSeconds: 0.1, data: 'sooner' });
    expect(await begun).toEqual(['sooner']);
  });

  it('takes what lay there before its handler came', async () => {
    await programma.addJob('before');
    expect(await run('before', 1, ({ topic }) => topic)).toEqual(['before']);
  });
});

describe('many topics', () => {
  it('are claimed together, in one statement', async () => {
    const engine = anEngine(database);
    const done = aGate();
    let left = 30;
    const topics = range(30).map((n) => `together ${n}`);
    for (const topicName of topics)
      engine.processJobs({ topicName, completion: 'auto' }, () => {
        if (--left === 0) done.open();
      });
    await programma.addJobs(topics.map((topic) => ({ topic })));
    const claim = jest.spyOn(Claims.prototype, 'claim');
    await engine.start();
    await done.opened;
    const asked = claim.mock.calls.map(([, wants]) => wants.length);
    claim.mockRestore();
    expect(asked).toContain(30);
    expect(asked.length).toBeLessThan(10);
  });
});

describe('heartBeat', () => {
  it('is the longest rest between two looks, also where nothing wakes the process', async () => {
    const deaf = await aStartedEngine(database, { notify: false, heartBeat: 1 });
    deaf.processJobs({ topicName: 'unheard', completion: 'auto' }, () => performance.now());
    // The look that the coming of its handler is worth is over by then.
    await deaf.waitForJob(await deaf.addJob('unheard'));
    const added = performance.now();
    const { result } = await deaf.waitForJob(await programma.addJob('unheard'));
    expect(Number(result) - added).toBeLessThan(3_000);
  });

  it('is how rarely an idle process looks', async () => {
    const idle = await aStartedEngine(database, { heartBeat: 60 });
    const live = next(idle, 'listen', ({ state }) => state === 'live');
    for (const topicName of range(30)) idle.processJobs({ topicName: `idle ${topicName}` }, () => undefined);
    await live;
    // Each handler that comes makes it look; then it rests.
    await eventually(async () => {
      const { lastLook } = await idle.health();
      await new Promise((resolve) => setTimeout(resolve, 800));
      return (await idle.health()).lastLook?.getTime() === lastLook?.getTime();
    }, 8_000);
  });
});

describe('several processes', () => {
  it('give each job to one of them', async () => {
    const taken: string[] = [];
    const all = aGate();
    const handler = (job: Job) => taken.push(job.id) === 100 && all.open();
    for (const _ of range(3)) {
      const engine = await aStartedEngine(database, { maxJobs: 5 });
      engine.processJobs({ topicName: 'fleet', completion: 'auto' }, handler);
    }
    await programma.addJobs(range(100).map(() => ({ topic: 'fleet' })));
    await all.opened;
    expect(new Set(taken).size).toBe(100);
  });

  it('leave alone what they were told not to work on', async () => {
    const seen: string[] = [];
    const picky = anEngine(database, { workers: { only: ['picked.*'] } });
    for (const topicName of ['picked.one', 'other'])
      picky.processJobs({ topicName, completion: 'auto' }, (job) => seen.push(job.topic));
    await picky.start();
    await picky.addJob('other');
    await picky.waitForJob(await picky.addJob('picked.one'));
    expect(seen).toEqual(['picked.one']);
  });

  it('claim nothing when they have no workers', async () => {
    const producer = anEngine(database, { workers: false });
    producer.processJobs({ topicName: 'produced' }, () => undefined);
    await producer.start();
    const id = await producer.addJob('produced');
    expect(await run('produced', 1, (job) => job.id)).toEqual([id]);
    expect([(await producer.health()).lastLook, producer.pulse()]).toEqual([null, null]);
  });
});
