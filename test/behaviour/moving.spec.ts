/** The verbs by id: from every state, from any process, and what they answer. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { InvalidJobError, type Job, JobCancelledError, type JobState, type Programma } from '../../lib/engine.js';
import { aDatabase, type Database } from '../support/database.js';
import { aGate, aStartedEngine, next, nextOf } from '../support/engine.js';

const NOBODY = '0198b3a4-7c5e-7000-8000-0123456789ab';
let database: Database;
/** Runs the jobs. */
let programma: Programma;
/** Another process: it only speaks about them. */
let elsewhere: Programma;
const { open, opened } = aGate();

beforeAll(async () => {
  database = await aDatabase();
  [programma, elsewhere] = await Promise.all([aStartedEngine(database, { maxJobs: 100 }), aStartedEngine(database)]);
  const live = next(programma, 'listen', ({ state }) => state === 'live');
  // Ends when the file does: until then, its jobs are active.
  programma.processJobs({ topicName: 'parked', completion: 'auto' }, () => opened);
  await live;
  return open;
});

const MAKE: Record<JobState, () => Promise<string>> = {
  created: () => programma.addJob('waiting', { runAfterSeconds: 3_000 }),
  async active() {
    const claimed = nextOf(programma, 'job:claimed', 'parked');
    const id = await programma.addJob('parked');
    await claimed;
    return id;
  },
  processing: () =>
    movedTo(
      () => MAKE.created(),
      (id) => programma.moveJobToProcessing(id),
    ),
  completed: () =>
    movedTo(
      () => MAKE.created(),
      (id) => programma.moveJobToDone(id),
    ),
  failed: () =>
    movedTo(
      () => MAKE.created(),
      (id) => programma.moveJobToFailed(id),
    ),
  cancelled: () =>
    movedTo(
      () => MAKE.created(),
      (id) => programma.cancelJob(id),
    ),
};
async function movedTo(make: () => Promise<string>, move: (id: string) => Promise<boolean>): Promise<string> {
  const id = await make();
  await move(id);
  return id;
}
const UNFINISHED = ['created', 'active', 'processing'] as const;
const FINISHED = ['completed', 'failed', 'cancelled'] as const;

/** What holds a job that is not finished: a row of the queue, a claim, or nothing. */
async function held(id: string): Promise<{ queued: number; claimed: number }> {
  const [row] = await database.query<{ queued: number; claimed: number }>(
    `select (select count(*)::int from programma.queue where id = $1) as queued,
            (select count(*)::int from programma.jobs j join programma.claims c on c.id = j.claim_id
             where j.id = $1 and j.state in ('active', 'processing') and j.id = any(c.job_ids)) as claimed`,
    [id],
  );
  return row ?? { queued: -1, claimed: -1 };
}

describe.each(UNFINISHED)('a job that is %s', (state) => {
  it.each<[string, JobState, (id: string) => Promise<boolean>, object]>([
    ['moveJobToDone', 'completed', (id) => elsewhere.moveJobToDone(id, { result: 7 }), { result: 7, errors: [] }],
    [
      'moveJobToFailed',
      'failed',
      (id) => elsewhere.moveJobToFailed(id, { error: 'no' }),
      { errors: [{ message: 'no' }] },
    ],
    ['cancelJob', 'cancelled', (id) => elsewhere.cancelJob(id), { errors: [] }],
  ])('is finished by %s', async (_, to, move, record) => {
    const id = await MAKE[state]();
    expect(await move(id)).toBe(true);
    expect(await programma.getJob(id)).toMatchObject({ state: to, finishedAt: expect.any(Date), ...record });
    expect(await held(id)).toEqual({ queued: 0, claimed: 0 });
  });

  it('is handed to somebody else by moveJobToProcessing', async () => {
    const id = await MAKE[state]();
    expect(await elsewhere.moveJobToProcessing(id)).toBe(true);
    expect(await programma.getJob(id)).toMatchObject({ state: 'processing', startedAt: expect.any(Date), attempts: 1 });
    expect(await held(id)).toEqual({ queued: 0, claimed: 1 });
  });

  it.each<[string, (id: string) => Promise<boolean>]>([
    ['moveJobToDone(id, true)', (id) => elsewhere.moveJobToDone(id, true)],
    ['moveJobToFailed(id, { delete: true })', (id) => elsewhere.moveJobToFailed(id, { delete: true })],
    ['deleteJob', (id) => elsewhere.deleteJob(id)],
  ])('goes with its record by %s', async (_, remove) => {
    const id = await MAKE[state]();
    expect(await remove(id)).toBe(true);
    expect(await programma.getJob(id)).toBeNull();
    expect(await held(id)).toEqual({ queued: 0, claimed: 0 });
  });

  it('is not taken back by retryJob', async () => {
    expect(await elsewhere.retryJob(await MAKE[state]())).toBe(false);
  });
});

describe.each(FINISHED)('a job that is %s', (state) => {
  it.each<[string, (id: string) => Promise<boolean>]>([
    ['moveJobToDone', (id) => elsewhere.moveJobToDone(id, { result: 'late' })],
    ['moveJobToDone(id, true)', (id) => elsewhere.moveJobToDone(id, true)],
    ['moveJobToFailed', (id) => elsewhere.moveJobToFailed(id)],
    ['moveJobToProcessing', (id) => elsewhere.moveJobToProcessing(id)],
    ['cancelJob', (id) => elsewhere.cancelJob(id)],
    ['runJobNow', (id) => elsewhere.runJobNow(id)],
    ['rescheduleJob', (id) => elsewhere.rescheduleJob(id, { runAfterSeconds: 5 })],
  ])('stays as it is: %s answers false', async (_, move) => {
    const id = await MAKE[state]();
    const before = await programma.getJob(id);
    expect(await move(id)).toBe(false);
    expect(await programma.getJob(id)).toEqual(before);
  });

  it('goes with its record by deleteJob', async () => {
    const id = await MAKE[state]();
    expect([await elsewhere.deleteJob(id), await programma.getJob(id)]).toEqual([true, null]);
  });
});

describe('retryJob', () => {
  it.each(['failed', 'cancelled'] as const)(
    'takes a %s job back with all its attempts and its errors',
    async (state) => {
      const id = await MAKE[state]();
      await database.query('update programma.jobs set attempts = 3 where id = $1', [id]);
      const { errors } = (await programma.getJob(id)) ?? {};
      expect(await elsewhere.retryJob(id)).toBe(true);
      expect(await programma.getJob(id)).toMatchObject({ state: 'created', attempts: 0, finishedAt: null, errors });
      expect(await held(id)).toEqual({ queued: 1, claimed: 0 });
    },
  );

  it('leaves a completed job alone', async () => {
    expect(await elsewhere.retryJob(await MAKE.completed())).toBe(false);
  });
});

it('takes all failed jobs of a topic back with retryJobs, and no other', async () => {
  const jobs = Array.from({ length: 1_200 }, () => ({ topic: 'outage', runAfterSeconds: 3_000 }));
  const ids = (await programma.addJobs(jobs)).map(({ id }) => id);
  const failed = ids.slice(0, 1_100);
  await Promise.all([...failed.map((id) => programma.moveJobToFailed(id)), programma.cancelJob(ids.at(-1) ?? '')]);
  const other = await MAKE.failed();
  expect(await elsewhere.retryJobs({ topic: 'outage' })).toBe(1_100);
  expect((await programma.listJobs({ topic: 'outage', state: 'failed' })).jobs).toEqual([]);
  expect((await programma.getJob(other))?.state).toBe('failed');
});

describe('a job that waits for later', () => {
  it('runs now with runJobNow', async () => {
    const id = await programma.addJob('now', { runAfterSeconds: 3_000 });
    programma.processJobs({ topicName: 'now', completion: 'auto' }, () => 'ran');
    expect(await elsewhere.runJobNow(id)).toBe(true);
    expect((await programma.waitForJob(id)).result).toBe('ran');
  });

  it('gets another time with rescheduleJob, the date before the seconds', async () => {
    const id = await MAKE.created();
    await elsewhere.rescheduleJob(id, { runAfterDate: '2099-01-01', runAfterSeconds: 5 });
    expect((await programma.getJob(id))?.runAfter.toISOString()).toBe('2099-01-01T00:00:00.000Z');
    expect(await held(id)).toEqual({ queued: 1, claimed: 0 });
  });

  it('gets another priority with rescheduleJob, and keeps its time', async () => {
    const id = await MAKE.created();
    const before = await programma.getJob(id);
    expect(await elsewhere.rescheduleJob(id, { priority: 0 })).toBe(true);
    expect(await programma.getJob(id)).toEqual({ ...before, priority: 0 });
  });

  it('is refused a time that is none', async () => {
    const id = await MAKE.created();
    await expect(elsewhere.rescheduleJob(id, { runAfterSeconds: -1 })).rejects.toThrow(InvalidJobError);
    await expect(elsewhere.rescheduleJob(id, {})).rejects.toThrow(/say runAfterDate/);
  });
});

it.each<[string, (id: string) => Promise<unknown>, unknown]>([
  ['moveJobToDone', (id) => elsewhere.moveJobToDone(id), false],
  ['moveJobToFailed', (id) => elsewhere.moveJobToFailed(id), false],
  ['moveJobToProcessing', (id) => elsewhere.moveJobToProcessing(id), false],
  ['cancelJob', (id) => elsewhere.cancelJob(id), false],
  ['deleteJob', (id) => elsewhere.deleteJob(id), false],
  ['retryJob', (id) => elsewhere.retryJob(id), false],
  ['runJobNow', (id) => elsewhere.runJobNow(id), false],
  ['setAttributes', (id) => elsewhere.setAttributes(id, {}), false],
  ['getJob', (id) => elsewhere.getJob(id), null],
])('%s answers for a job that nobody knows, and refuses an id that is none', async (_, verb, answer) => {
  expect(await verb(NOBODY)).toBe(answer);
  await expect(verb('order-17')).rejects.toThrow(InvalidJobError);
});

describe('a running job that is taken away by another process', () => {
  it.each<[string, (id: string) => Promise<boolean>]>([
    ['cancelJob', (id) => elsewhere.cancelJob(id)],
    ['deleteJob', (id) => elsewhere.deleteJob(id)],
  ])('aborts the signal of its handler at once: %s', async (verb, take) => {
    const reason = new Promise<unknown>((resolve) => {
      programma.processJobs({ topicName: verb }, (job) => aborted(job, resolve));
    });
    const [claimed, cancelled] = [nextOf(programma, 'job:claimed', verb), nextOf(programma, 'job:cancelled', verb)];
    const id = await programma.addJob(verb);
    await claimed;
    const began = performance.now();
    await take(id);
    expect(await reason).toBeInstanceOf(JobCancelledError);
    expect((await cancelled).job.id).toBe(id);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('stays cancelled, whatever its handler returns', async () => {
    programma.processJobs({ topicName: 'stays', completion: 'auto' }, (job) => aborted(job, () => undefined));
    const claimed = nextOf(programma, 'job:claimed', 'stays');
    const id = await programma.addJob('stays');
    await claimed;
    const over = nextOf(programma, 'job:cancelled', 'stays');
    await elsewhere.cancelJob(id);
    await over;
    expect(await programma.getJob(id)).toMatchObject({ state: 'cancelled', result: null });
  });
});

function aborted(job: Job, tell: (reason: unknown) => void): Promise<string> {
  return new Promise((resolve) => {
    job.signal.addEventListener('abort', () => {
      tell(job.signal.reason);
      resolve('late word');
    });
  });
}

describe('a deadline of processing', () => {
  it('brings the job back in the moment when it passes', async () => {
    const attempts: number[] = [];
    programma.processJobs({ topicName: 'deadline', completion: 'auto' }, async (job) => {
      attempts.push(job.attempt);
      if (job.attempt === 1) await job.moveToProcessing({ timeoutSeconds: 0.3 });
    });
    const id = await programma.addJob('deadline');
    const record = await programma.waitForJob(id, { timeoutSeconds: 5 });
    expect(record).toMatchObject({ state: 'completed', errors: [{ name: 'LeaseExpiredError' }] });
    expect(attempts).toEqual([1, 2]);
  });

  it('brings the job back, too, when it was set by id', async () => {
    programma.processJobs({ topicName: 'by id', completion: 'auto' }, () => 'ran');
    const id = await programma.addJob('by id', { runAfterSeconds: 3_000 });
    await programma.moveJobToProcessing(id, { timeoutSeconds: 0.3 });
    expect(await programma.waitForJob(id, { timeoutSeconds: 5 })).toMatchObject({ result: 'ran', attempts: 2 });
  });

  it('is set anew by moving the job to processing again', async () => {
    const id = await MAKE.created();
    await elsewhere.moveJobToProcessing(id, { timeoutSeconds: 5 });
    await elsewhere.moveJobToProcessing(id, { timeoutSeconds: 500 });
    const [row] = await database.query<{ seconds: number }>(
      `select extract(epoch from c.expires_at - now())::float8 as seconds
       from programma.claims c join programma.jobs j on j.claim_id = c.id where j.id = $1`,
      [id],
    );
    expect(Math.round(Number(row?.seconds) / 10)).toBe(50);
  });

  it('is refused when it is none', async () => {
    const id = await MAKE.created();
    await expect(elsewhere.moveJobToProcessing(id, { timeoutSeconds: 0 })).rejects.toThrow(InvalidJobError);
  });
});
