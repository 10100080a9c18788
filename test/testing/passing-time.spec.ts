/** Time passes without waiting: rows are moved, and what comes due runs in its order. */
import { expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { type Job, ProcessJob, RecurringJob } from 'programma';
import { aSuite } from './a-suite.js';

const HOUR = 3_600;
const DAY = 24 * HOUR;

@Injectable()
class Reminders {
  readonly ran: unknown[] = [];

  @ProcessJob('reminder')
  remind(job: Job) {
    this.ran.push(job.data);
  }

  @ProcessJob('flaky', { backoff: { type: 'fixed', seconds: 60, jitter: false } })
  flaky(job: Job) {
    if (job.attempt < 3) throw new Error(`attempt ${job.attempt}`);
  }

  @ProcessJob('elsewhere')
  async elsewhere(job: Job) {
    this.ran.push(job.attempt);
    if (job.attempt === 1) await job.moveToProcessing({ timeoutSeconds: 300 });
  }
}

// Half a day from now, so that no test meets it by accident.
const HOUR_OF_DAY = (new Date().getUTCHours() + 12) % 24;

@Injectable()
class Reports {
  readonly ticks: Date[] = [];

  @RecurringJob('nightly', `0 ${HOUR_OF_DAY} * * *`)
  nightly(job: Job) {
    if (job.tick) this.ticks.push(job.tick);
  }
}

it('runs a scheduled job when its time has come, and not before', async () => {
  const { jobs, tester, app } = await aSuite([Reminders]);
  await jobs.addJob('reminder', { data: 'later', runAfterSeconds: 3 * DAY });
  expect(await tester.passTime(3 * DAY - 60)).toEqual({});
  expect(await tester.passTime(60)).toEqual({ completed: 1 });
  expect(app.get(Reminders).ran).toEqual(['later']);
});

it('lets what comes due run in its order, whatever the order it was added in', async () => {
  const { jobs, tester, app } = await aSuite([Reminders]);
  for (const hours of [5, 1, 3]) await jobs.addJob('reminder', { data: hours, runAfterSeconds: hours * HOUR });
  await jobs.addJob('reminder', { data: 'first' });
  await tester.passTime(DAY);
  expect(app.get(Reminders).ran).toEqual(['first', 1, 3, 5]);
});

it('brings the next attempts of what failed', async () => {
  const { jobs, tester } = await aSuite([Reminders]);
  const id = await jobs.addJob('flaky');
  expect(await tester.passTime(59)).toEqual({ retried: 1 });
  expect(await tester.passTime(2)).toEqual({ retried: 1 });
  expect(await tester.passTime(60)).toEqual({ completed: 1 });
  expect(await jobs.getJob(id)).toMatchObject({ state: 'completed', attempts: 3, errorCount: 2 });
});

it('runs what recurs at the moments of its pattern, once each, however long the time', async () => {
  const { tester, app } = await aSuite([Reports]);
  expect(await tester.passTime(30 * DAY)).toEqual({ completed: 30 });
  const { ticks } = app.get(Reports);
  expect(ticks.map((tick) => [tick.getUTCHours(), Number(tick) % 60_000])).toEqual(ticks.map(() => [HOUR_OF_DAY, 0]));
  expect(new Set(ticks.map(Number)).size).toBe(30);
  await tester.passTime(DAY);
  expect(ticks).toHaveLength(31);
});

it('says of a schedule what comes next, as its pattern has it', async () => {
  const { jobs, tester, app } = await aSuite([Reports]);
  const [first, second] = await jobs.nextRuns('nightly', 2);
  await tester.passTime(DAY);
  expect(app.get(Reports).ticks).toEqual([first]);
  expect((await jobs.schedules())[0]).toMatchObject({ lastRun: first, nextRun: second });
});

it('lets what recurs and what was scheduled alternate', async () => {
  const { jobs, tester, app } = await aSuite([Reminders]);
  await jobs.addSchedule('half-hourly', { everySeconds: 1_800 }, { topic: 'reminder', data: 'tick', count: 3 });
  const [tick] = await jobs.nextRuns('half-hourly', 1);
  await jobs.addJob('reminder', { data: 'between', runAfterDate: new Date(Number(tick) + 900_000) });
  await tester.passTime(DAY);
  expect(app.get(Reminders).ran).toEqual(['tick', 'between', 'tick', 'tick']);
});

it('gives a schedule that is added later its time from then on', async () => {
  const { jobs, tester } = await aSuite([Reminders]);
  await tester.passTime(10 * DAY);
  await jobs.addSchedule('hourly', { everySeconds: HOUR }, { topic: 'reminder' });
  expect(await tester.passTime(DAY)).toEqual({ completed: 24 });
});

it('runs nothing of a schedule that is paused', async () => {
  const { jobs, tester } = await aSuite([Reports]);
  await jobs.pauseSchedule('nightly');
  expect(await tester.passTime(7 * DAY)).toEqual({});
});

it('takes back what nobody reported on in time', async () => {
  const { jobs, tester, app } = await aSuite([Reminders]);
  const id = await jobs.addJob('elsewhere');
  expect(await tester.passTime(299)).toEqual({ moved: 1 });
  expect((await jobs.getJob(id))?.state).toBe('processing');
  expect(await tester.passTime(2)).toEqual({ completed: 1 });
  expect(app.get(Reminders).ran).toEqual([1, 2]);
});
