/** What recurs: once a tick in the whole fleet, late or early, paused or changed. Rows are moved, not time. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Recurrence } from '../../lib/job/recurrence.js';
import type { ScheduleOptions } from '../../lib/job/schedule.js';
import { Ticks } from '../../lib/maintenance/ticks.js';
import { resolve } from '../../lib/options/resolve.js';
import { Programma } from '../../lib/programma.js';
import { Database } from '../../lib/store/database.js';
import { Schedules } from '../../lib/store/schedules.js';
import { statements } from '../../lib/store/statements.js';
import { atTheEnd } from '../support/at-the-end.js';
import { aDatabase, type Database as TestDatabase } from '../support/database.js';
import { aProcess } from '../support/process.js';

let db: TestDatabase;
let producer: Programma;
/** What tickers could not read. */
const faults: string[] = [];

beforeAll(async () => {
  db = await aDatabase();
  producer = new Programma({ connectionString: db.url, workers: false, retention: false });
  await producer.start();
});
afterAll(() => producer.shutdown());
beforeEach(() => db.query('truncate programma.schedules, programma.jobs, programma.queue'));

/** One process's share of the work, without its timer. */
function aTicker(): Ticks {
  const options = resolve({ connectionString: db.url, max: 1 });
  const database = new Database(options.connection, 'programma', true, { away: () => {}, back: () => {} });
  database.open();
  atTheEnd(() => database.close(1_000));
  return new Ticks(
    new Schedules(database, statements('programma')),
    () => {},
    (_, where) => faults.push(where),
  );
}

const ticksOf = async (topic: string): Promise<string[]> =>
  (await db.query<{ tick: Date }>('select tick from programma.jobs where topic = $1 order by tick', [topic])).map(
    (row) => row.tick.toISOString(),
  );

/** The schedule stands at a moment that has passed. */
const standAt = (name: string, ago: string) =>
  db.query(`update programma.schedules set next_at = date_trunc('minute', now() - $2::interval) where name = $1`, [
    name,
    ago,
  ]);

describe('a schedule', () => {
  it('gives its jobs the moment of the tick, on time, in a process that slept', async () => {
    const programma = new Programma({ connectionString: db.url, heartBeat: 60 });
    const ran = new Promise<{ tick: Date | null; lateMs: number }>((done) => {
      programma.processJobs({ topicName: 'each-second', completion: 'auto' }, (job) =>
        done({ tick: job.tick, lateMs: Date.now() - Number(job.tick) }),
      );
    });
    await programma.start();
    const start = new Date(Date.now() + 500);
    await producer.addSchedule('each-second', '* * * * * *', { start, count: 1 });
    const { tick, lateMs } = await ran;
    await programma.shutdown();
    expect(tick).toEqual(new Date(Math.ceil(Number(start) / 1_000) * 1_000));
    expect(lateMs).toBeLessThan(500);
  });

  it('runs each tick of an hour once, with twenty processes that race for every one of them', async () => {
    // No tick of its own comes in between.
    await producer.addSchedule('race', '* * * * *', { missed: 'all', count: 100, start: '2100-01-01T00:00:00Z' });
    const processes = Array.from({ length: 20 }, () =>
      aProcess(new URL('./ticker.ts', import.meta.url), { DATABASE_URL: db.url }),
    );
    await Promise.all(processes.map((one) => one.until('ready', 60_000)));
    const anHourAgo = Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000;
    const hour = Array.from({ length: 60 }, (_, minute) => new Date(anHourAgo + minute * 60_000).toISOString());
    const winners: number[] = [];
    for (const tick of hour) {
      await db.query('update programma.schedules set next_at = $1, ends_at = $1', [tick]);
      await db.query(`select pg_notify('go', $1)`, [tick]);
      const looked = await Promise.all(processes.map((one) => one.until((said) => said.round === tick)));
      winners.push(looked.filter(({ made }) => made !== 0).length);
    }
    expect(await ticksOf('race')).toEqual(hour);
    expect(winners).toEqual(hour.map(() => 1));
    // Whoever came second has not counted a run either.
    expect((await producer.schedules())[0]?.remaining).toBe(40);
    expect(await db.query(`select from programma.queue where topic = 'race'`)).toHaveLength(60);
  }, 180_000);

  it('makes no second job of a tick, even when it is set back', async () => {
    await producer.addSchedule('back', '* * * * *', { missed: 'all' });
    const moment = new Date(Math.floor(Date.now() / 60_000) * 60_000 - 600_000);
    for (let i = 0; i < 2; i++) {
      await db.query('update programma.schedules set next_at = $1, ends_at = $1', [moment]);
      await aTicker().runOnce();
    }
    expect(await ticksOf('back')).toEqual([moment.toISOString()]);
  });

  it.each([
    ['skip', 0],
    ['once', 1],
    ['all', 8],
  ] as const)('after a day without anybody, with missed: %s, runs %i of what it missed', async (missed, runs) => {
    // Half an hour away from now, so that no tick is merely late.
    const pattern = `${(new Date().getUTCMinutes() + 30) % 60} */3 * * *`;
    await producer.addSchedule('daily', pattern, { missed });
    const aDayAgo = new Recurrence({ pattern, timeZone: 'UTC' }).next(Date.now() - 24 * 3_600_000) ?? 0;
    await db.query('update programma.schedules set next_at = $1', [new Date(aDayAgo)]);
    await aTicker().runOnce();
    expect(await ticksOf('daily')).toHaveLength(runs);
    const [schedule] = await producer.schedules();
    expect(schedule?.nextRun?.getTime()).toBeGreaterThan(Date.now());
  });

  it('that is a few seconds late runs, also when it skips what it missed', async () => {
    await producer.addSchedule('late', '* * * * * *', { missed: 'skip' });
    await db.query(`update programma.schedules set next_at = date_trunc('second', now() - interval '5 seconds')`);
    await aTicker().runOnce();
    expect(await ticksOf('late')).toHaveLength(1);
  });

  it('leaves a tick out while the last run is unfinished, with overlap: skip', async () => {
    await producer.addSchedule('slow', '* * * * *', { overlap: 'skip' });
    const last = await producer.addJob('slow', { runAfterSeconds: 3_600 });
    await db.query('update programma.schedules set last_job_id = $1', [last]);
    const runs = async () => {
      await standAt('slow', '3 minutes');
      await aTicker().runOnce();
      return (await db.query(`select from programma.jobs where topic = 'slow' and tick is not null`)).length;
    };
    expect(await runs()).toBe(0);
    await producer.moveJobToDone(last);
    expect(await runs()).toBe(1);
  });

  it('with overlap: skip runs one of all that it missed, because each would overlap the one before', async () => {
    await producer.addSchedule('slow', '* * * * *', { overlap: 'skip', missed: 'all' });
    await standAt('slow', '10 minutes');
    await aTicker().runOnce();
    expect(await ticksOf('slow')).toHaveLength(1);
  });

  it('that a process cannot read is reported, and holds up no other', async () => {
    await producer.addSchedule('unreadable', '* * * * *');
    await producer.addSchedule('readable', '* * * * *');
    await db.query(`update programma.schedules set time_zone = 'Mars/Olympus' where name = 'unreadable'`);
    for (const name of ['unreadable', 'readable']) await standAt(name, '5 minutes');
    const restMs = await aTicker().runOnce();
    expect(await ticksOf('readable')).toHaveLength(1);
    expect(faults).toEqual(['the schedule "unreadable"']);
    expect(restMs).toBeGreaterThan(100);
  });

  it('that has ended goes on when somebody gives it runs again', async () => {
    await producer.addSchedule('again', '* * * * *', { count: 1 });
    const run = async () => {
      await standAt('again', '5 minutes');
      await aTicker().runOnce();
    };
    await run();
    expect(await producer.schedules()).toMatchObject([{ state: 'ended', remaining: 0 }]);
    await producer.addSchedule('again', '* * * * *', { count: 2, missed: 'all' });
    expect(await producer.schedules()).toMatchObject([{ state: 'running', remaining: 2 }]);
    await run();
    expect(await ticksOf('again')).toHaveLength(3);
  });

  it('begins at its start, and from there counts its seconds', async () => {
    const start = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 3_600_250);
    await producer.addSchedule('from', { everySeconds: 600 }, { start, end: new Date(Number(start) + 1_200_000) });
    const runs = await producer.nextRuns('from', 10);
    expect(runs.map((run) => Number(run) - Number(start))).toEqual([0, 600_000, 1_200_000]);
    await producer.addSchedule('each-second-from', '* * * * * *', { start });
    expect(await producer.nextRuns('each-second-from', 1)).toEqual([
      new Date(Math.ceil(Number(start) / 1_000) * 1_000),
    ]);
  });

  it('ends after its count, and after its end', async () => {
    await producer.addSchedule('counted', '* * * * *', { count: 2, missed: 'all' });
    await producer.addSchedule('ended', '* * * * *', { end: new Date(Date.now() - 1_000), missed: 'all' });
    await standAt('counted', '10 minutes');
    await aTicker().runOnce();
    expect(await ticksOf('counted')).toHaveLength(2);
    expect((await producer.schedules()).map(({ name, state }) => [name, state])).toEqual([
      ['counted', 'ended'],
      ['ended', 'ended'],
    ]);
  });

  it('does not run while it is paused, and goes on when it is resumed', async () => {
    await producer.addSchedule('paused', '* * * * *');
    expect(await producer.pauseSchedule('paused')).toBe(true);
    expect(await producer.pauseSchedule('paused')).toBe(false);
    await standAt('paused', '5 minutes');
    await aTicker().runOnce();
    expect(await ticksOf('paused')).toHaveLength(0);
    expect(await producer.resumeSchedule('paused')).toBe(true);
    await aTicker().runOnce();
    expect(await ticksOf('paused')).toHaveLength(1);
  });

  it('keeps its place when it is put again as it was, and takes a new one when it is changed', async () => {
    await producer.addSchedule('put', '0 2 * * *');
    await standAt('put', '5 minutes');
    const [before] = await producer.schedules();
    await producer.addSchedule('put', '0 2 * * *', { data: { version: 2 } });
    const [same] = await producer.schedules();
    await producer.addSchedule('put', '0 3 * * *');
    const [changed] = await producer.schedules();
    expect([same?.nextRun, same?.data]).toEqual([before?.nextRun, { version: 2 }]);
    expect(changed?.nextRun?.getUTCHours()).toBe(3);
    expect(changed?.nextRun?.getTime()).toBeGreaterThan(Date.now());
  });

  it('can be run now, beside its ticks', async () => {
    await producer.addSchedule('now', '0 2 1 1 *', { topic: 'report', data: { of: 'today' }, priority: 1 });
    const id = await producer.runScheduleNow('now');
    expect(await producer.getJob(id ?? '')).toMatchObject({ topic: 'report', data: { of: 'today' }, priority: 1 });
    expect(await producer.runScheduleNow('nobody')).toBeNull();
  });

  it('tells its next runs', async () => {
    await producer.addSchedule('next', '30 2 * * *', { timeZone: 'Europe/Berlin', start: '2027-03-27T00:00:00Z' });
    expect((await producer.nextRuns('next', 3)).map((run) => run.toISOString())).toEqual([
      '2027-03-27T01:30:00.000Z',
      // 02:30 does not exist on that day.
      '2027-03-28T01:00:00.000Z',
      '2027-03-29T00:30:00.000Z',
    ]);
  });

  it('is removed, and its jobs stay', async () => {
    await producer.addSchedule('gone', '* * * * *');
    await standAt('gone', '2 minutes');
    await aTicker().runOnce();
    expect(await producer.removeSchedule('gone')).toBe(true);
    expect(await producer.removeSchedule('gone')).toBe(false);
    expect(await producer.schedules()).toEqual([]);
    expect(await ticksOf('gone')).toHaveLength(1);
  });

  it.each([
    ['0 2 * *', {}, /no cron pattern/],
    [{ everySeconds: 0 }, {}, /everySeconds/],
    ['0 2 * * *', { timeZone: 'Mars' }, /no time zone/],
    ['0 2 * * *', { overlaps: 'skip' } as object, /did you mean "overlap"/],
    ['0 2 * * *', { missed: 'never' } as object, /missed is one of/],
  ])('is refused when it is wrong: %j %j', async (every, options, why) => {
    await expect(producer.addSchedule('wrong', every, options)).rejects.toThrow(why);
    expect(await producer.schedules()).toEqual([]);
  });
});

describe('a schedule that code declares', () => {
  const deployed = async (patterns: Record<string, string>, options: ScheduleOptions = {}) => {
    const warnings: string[] = [];
    const logger = { error: () => {}, warn: (m: string) => warnings.push(m), log: () => {}, debug: () => {} };
    const programma = new Programma({ connectionString: db.url, logger });
    for (const [name, pattern] of Object.entries(patterns)) programma.declareSchedule(name, pattern, options);
    await programma.start();
    await programma.shutdown();
    return warnings;
  };

  it('is changed with the code', async () => {
    await deployed({ nightly: '0 2 * * *' });
    await deployed({ nightly: '0 4 * * *' });
    expect(await producer.schedules()).toMatchObject([{ name: 'nightly', pattern: '0 4 * * *', state: 'running' }]);
  });

  it('keeps the runs that are left when a process starts again, and takes a new count from the code', async () => {
    await deployed({ counted: '0 2 * * *' }, { count: 3 });
    await db.query('update programma.schedules set remaining = 0, next_at = null');
    await deployed({ counted: '0 2 * * *' }, { count: 3 });
    expect(await producer.schedules()).toMatchObject([{ state: 'ended', remaining: 0 }]);
    await deployed({ counted: '0 2 * * *' }, { count: 5 });
    expect(await producer.schedules()).toMatchObject([{ state: 'running', remaining: 5 }]);
  });

  it('is reported as well when it was the last one in the code', async () => {
    await deployed({ last: '0 2 * * *' });
    await db.query(`update programma.schedules set declared_until = now() - interval '1 second'`);
    expect((await deployed({})).join()).toMatch(/schedule "last" rests/);
  });

  it('rests and is reported when it is gone from the code, and goes on when it is back', async () => {
    await deployed({ old: '0 2 * * *', kept: '0 2 * * *' });
    await db.query(`update programma.schedules set declared_until = now() - interval '1 second'`);
    const warnings = await deployed({ kept: '0 2 * * *' });
    expect(warnings.join()).toMatch(/schedule "old" rests/);
    await standAt('old', '5 minutes');
    await aTicker().runOnce();
    expect(await ticksOf('old')).toEqual([]);
    expect((await producer.schedules()).map(({ name, state }) => [name, state])).toEqual([
      ['kept', 'running'],
      ['old', 'undeclared'],
    ]);
    await deployed({ old: '0 2 * * *', kept: '0 2 * * *' });
    expect((await producer.schedules()).find(({ name }) => name === 'old')?.state).toBe('running');
  });
});
