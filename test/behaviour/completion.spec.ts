/** What a handler's end means, in the two modes side by side. */
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { HandlerOptions, Job, JobRecord, Programma } from '../../lib/engine.js';
import { Claims } from '../../lib/store/claims.js';
import { aDatabase, type Database } from '../support/database.js';
import { aStartedEngine, nextOf } from '../support/engine.js';

let database: Database;
let programma: Programma;

beforeAll(async () => {
  database = await aDatabase();
  programma = await aStartedEngine(database);
});

afterEach(() => {
  jest.restoreAllMocks();
});

/** Adds a job and resolves with its record when one of these events has said that its first attempt is over. */
async function once(
  topic: string,
  options: HandlerOptions,
  handler: (job: Job<{ n: number }>) => unknown,
  ends: readonly ('job:completed' | 'job:retried' | 'job:failed' | 'job:unmoved' | 'job:moved' | 'job:snoozed')[],
  config = {},
): Promise<JobRecord> {
  const over = Promise.race(ends.map((event) => nextOf(programma, event, topic)));
  const { stop } = programma.processJobs({ topicName: topic, ...options }, handler);
  const id = await programma.addJob(topic, { data: { n: 20 }, ...config });
  await over;
  await stop();
  const record = await programma.getJob(id);
  if (!record) throw new Error('its record is gone');
  return record;
}
const dueAfterClaim = (record: JobRecord) => Number(record.runAfter) - Number(record.startedAt);
const boom = () => {
  throw new TypeError('boom');
};

describe('auto', () => {
  const auto = { completion: 'auto' } as const;

  it('completes a job whose handler returns, with what it returned', async () => {
    const record = await once('returns', auto, async (job) => ({ twice: job.data.n * 2 }), ['job:completed']);
    expect(record).toMatchObject({ state: 'completed', attempts: 1, result: { twice: 40 } });
    expect(record.finishedAt).toBeInstanceOf(Date);
  });

  it('completes a job whose handler returns nothing', async () => {
    expect(await once('nothing', auto, () => undefined, ['job:completed'])).toMatchObject({ result: null });
  });

  it('has the outcome of each of the jobs that end together', async () => {
    const returned: unknown[] = [undefined, { n: 1 }, null, 'null', boom, [null], undefined, boom];
    programma.processJobs<number>({ topicName: 'together', ...auto, maxAttempts: 1, maxJobs: 20 }, async ({ data }) => {
      const value = returned[data];
      return typeof value === 'function' ? value() : value;
    });
    const added = await programma.addJobs(returned.map((_, data) => ({ topic: 'together', data })));
    for (const [i, { id }] of added.entries()) {
      const { state, result, errors } = await programma.waitForJob(id);
      const failed = returned[i] === boom;
      expect({ state, result, errors: errors.length }).toEqual(
        failed
          ? { state: 'failed', result: null, errors: 1 }
          : { state: 'completed', result: returned[i] ?? null, errors: 0 },
      );
    }
    const none = await database.query(
      "select count(*) as n from programma.jobs where topic = 'together' and result is null",
    );
    expect(Number(none[0]?.n)).toBe(5);
  });

  it('completes a job whose result cannot be kept as it is', async () => {
    const record = await once('odd result', auto, () => ({ n: 5n, text: 'a\u0000' }), ['job:completed']);
    expect(record).toMatchObject({ state: 'completed', result: { n: '5', text: 'a\uFFFD' } });
  });

  it('tries a job again whose handler throws', async () => {
    const record = await once('throws', auto, boom, ['job:retried']);
    expect(record).toMatchObject({ state: 'created', attempts: 1, finishedAt: null });
  });

  it('keeps the error of an attempt that failed', async () => {
    const { errors, errorCount } = await once('keeps', auto, boom, ['job:retried']);
    const stack = expect.stringContaining('completion.spec');
    expect(errors).toEqual([
      { attempt: 1, at: expect.stringMatching(/^\d{4}-/), name: 'TypeError', message: 'boom', stack },
    ]);
    expect(errorCount).toBe(1);
  });

  it.each<[string, (job: Job) => Promise<unknown>, object]>([
    ['complete', (job) => job.complete('by hand'), { state: 'completed', result: 'by hand' }],
    ['fail', (job) => job.fail('by hand'), { state: 'failed', errors: [{ message: 'by hand' }] }],
    ['snooze', (job) => job.snooze(500), { state: 'created', attempts: 0 }],
    ['moveToProcessing', (job) => job.moveToProcessing(), { state: 'processing' }],
    [
      'moveJobToDone',
      (job) => programma.moveJobToDone(job.id, { result: 'by id' }),
      { state: 'completed', result: 'by id' },
    ],
    ['moveJobToFailed', (job) => programma.moveJobToFailed(job.id, { error: 'by id' }), { state: 'failed' }],
    ['moveJobToProcessing', (job) => programma.moveJobToProcessing(job.id), { state: 'processing' }],
  ])("lets the handler's own %s stand", async (verb, move, record) => {
    const ends = ['job:completed', 'job:failed', 'job:moved', 'job:snoozed'] as const;
    const handler = async (job: Job) => {
      await move(job);
      return 'returned';
    };
    expect(await once(`own ${verb}`, auto, handler as never, ends)).toMatchObject(record);
  });

  it('says once that its job was moved when somebody reported it before the handler could hand it over', async () => {
    const heard: string[] = [];
    const offs = (['job:moved', 'job:lease-lost', 'job:completed'] as const).map((event) =>
      programma.on(event, ({ job }) => void (job.topic === 'quickest broker' && heard.push(event))),
    );
    const handler = async (job: Job) => {
      await database.query('select programma.move_job_to_done($1)', [job.id]);
      await job.moveToProcessing().catch(() => undefined);
    };
    await once('quickest broker', auto, handler, ['job:moved', 'job:lease-lost' as never]);
    for (const off of offs) off();
    expect(heard).toEqual(['job:moved']);
  });

  it('says nothing of a lost lease when the handler itself moved its job and its report came first', async () => {
    const heard: unknown[] = [];
    const off = programma.on('job:lease-lost', (event) => heard.push(event));
    const handler = async (job: Job) => {
      await programma.moveJobToProcessing(job.id);
      await programma.moveJobToDone(job.id);
    };
    const record = await once('quick broker', auto, handler, ['job:moved', 'job:lease-lost' as never]);
    off();
    expect([record.state, heard]).toEqual(['completed', []]);
  });
});

describe('manual, the default', () => {
  it('puts a job back that its handler did not move, due retryAfterSeconds after it was claimed', async () => {
    const record = await once('unmoved', {}, () => 'ignored', ['job:unmoved'], { retryAfterSeconds: 90 });
    expect(record).toMatchObject({ state: 'created', attempts: 1, result: null, errors: [] });
    expect(dueAfterClaim(record)).toBe(90_000);
  });

  it('puts it back with its error when the handler throws', async () => {
    const record = await once('manual throws', {}, boom, ['job:unmoved'], { retryAfterSeconds: 90 });
    expect(record).toMatchObject({ state: 'created', errors: [{ attempt: 1, name: 'TypeError', message: 'boom' }] });
    expect(dueAfterClaim(record)).toBe(90_000);
  });

  it('counts the retryAfterSeconds that the handler itself has set', async () => {
    const handler = (job: Job) => programma.setRetryAfterSeconds(job.id, 1_000);
    expect(dueAfterClaim(await once('stretched', {}, handler, ['job:unmoved']))).toBe(1_000_000);
  });

  it('completes nothing by returning', async () => {
    const record = await once('no completion', {}, async (job) => job.addToAttributes('seen', true), ['job:unmoved']);
    expect(record).toMatchObject({ state: 'created', attributes: { seen: true } });
  });

  it('lets a move stand', async () => {
    const record = await once('moved', {}, (job) => programma.moveJobToDone(job.id), ['job:moved']);
    expect(record.state).toBe('completed');
  });

  it('has no limit of attempts', async () => {
    expect((await once('no limit', {}, () => 1, ['job:unmoved'])).maxAttempts).toBeNull();
  });

  it('fails at the limit that it is given', async () => {
    const record = await once('limit', { maxAttempts: 1 }, () => 1, ['job:failed']);
    expect(record).toMatchObject({
      state: 'failed',
      errors: [{ message: expect.stringContaining('without moving it') }],
    });
  });
});

describe("a handler's word", () => {
  it('comes after the job is out of hand: it is refused', async () => {
    let refused: unknown;
    const handler = async (job: Job) => {
      await job.complete();
      refused = await job.fail('late').catch((error) => error.code);
    };
    expect((await once('late word', {}, handler, ['job:completed'])).state).toBe('completed');
    expect(refused).toBe('PROGRAMMA_LEASE_LOST');
  });

  it('is in the database when its promise resolves', async () => {
    let state: unknown;
    const handler = async (job: Job) => {
      await job.complete();
      state = (await programma.getJob(job.id))?.state;
    };
    await once('at once', {}, handler, ['job:completed']);
    expect(state).toBe('completed');
  });

  it('was taken when its answer was lost, also where a renewal sees that the job is moved before it is asked again', async () => {
    const { settle, renew } = Claims.prototype;
    let lost = false;
    const renewed = new Promise<void>((resolve) => {
      jest.spyOn(Claims.prototype, 'renew').mockImplementation(async function (this: Claims, ...given) {
        const gone = await renew.apply(this, given);
        if (lost && gone.length > 0) resolve();
        return gone;
      });
    });
    jest.spyOn(Claims.prototype, 'settle').mockImplementation(async function (this: Claims, ...given) {
      const settled = lost ? undefined : await settle.apply(this, given);
      if (settled) {
        lost = true;
        throw Object.assign(new Error('the connection was reset'), { code: 'ECONNRESET' });
      }
      await renewed;
      // What is late is looked for every 100 ms.
      await new Promise((resolve) => setTimeout(resolve, 300));
      return settle.apply(this, given);
    });
    const said = new Promise((resolve) => {
      programma.processJobs({ topicName: 'word', completion: 'auto' }, (job) =>
        job.complete('done').then(resolve, resolve),
      );
    });
    const id = await programma.addJob('word', { retryAfterSeconds: 1 });
    expect(await said).toBeUndefined();
    expect(await programma.getJob(id)).toMatchObject({ state: 'completed', result: 'done' });
  });

  it('is refused when it cannot be: a snooze without a time', async () => {
    let refused: unknown;
    const handler = async (job: Job) => {
      refused = await job.snooze(-1).catch((error) => error);
    };
    await once('bad snooze', {}, handler, ['job:unmoved']);
    expect(refused).toBeInstanceOf(RangeError);
  });
});

describe('job.completeWithin', () => {
  const auto = { completion: 'auto', backoff: { type: 'fixed', seconds: 500 } } as const;

  /** A handler with a transaction of its own: an effect, and the completion with it. */
  const within = (end: 'commit' | 'rollback') => async (job: Job<{ n: number }>) => {
    const client = await database.pool.connect();
    await client.query('create table if not exists effects (job uuid)');
    await client.query('begin');
    await client.query('insert into effects values ($1)', [job.id]);
    await job.completeWithin(client);
    await client.query(end);
    client.release();
  };
  const effects = ({ id }: JobRecord) => database.query('select from effects where job = $1', [id]);

  it('completes the job with its effects, in the transaction of the handler', async () => {
    const record = await once('commits', auto, within('commit'), ['job:completed']);
    expect(record).toMatchObject({ state: 'completed', attempts: 1 });
    expect(await effects(record)).toHaveLength(1);
  });

  it('is told as a completion also where a renewal saw it before the handler ended', async () => {
    const { renew } = Claims.prototype;
    const seen = new Promise<void>((resolve) => {
      jest.spyOn(Claims.prototype, 'renew').mockImplementation(async function (this: Claims, ...given) {
        const gone = await renew.apply(this, given);
        if (gone.length > 0) setImmediate(resolve);
        return gone;
      });
    });
    const handler = async (job: Job<{ n: number }>) => {
      await within('commit')(job);
      await seen;
    };
    const moved = jest.fn();
    const off = programma.on('job:moved', moved);
    await once('seen early', auto, handler, ['job:completed', 'job:moved'], { retryAfterSeconds: 1 });
    off();
    expect(moved).not.toHaveBeenCalled();
  });

  it('has failed with its transaction: the database decides, not the return', async () => {
    const record = await once('rolls back', auto, within('rollback'), ['job:retried', 'job:completed']);
    expect(record).toMatchObject({ state: 'created', errors: [{ message: expect.stringMatching(/rolled back/) }] });
    expect(await effects(record)).toHaveLength(0);
  });

  it('throws when the job is no longer the handler’s, so that the effects roll back', async () => {
    let refused: unknown;
    const handler = async (job: Job) => {
      await database.query(`update programma.jobs set claim_id = gen_random_uuid() where id = $1`, [job.id]);
      const client = await database.pool.connect();
      await client.query('begin');
      refused = await job.completeWithin(client).catch((error) => error.code);
      await client.query('rollback');
      client.release();
    };
    const lost = nextOf(programma, 'job:lease-lost', 'not ours');
    programma.processJobs({ topicName: 'not ours', completion: 'auto' }, handler);
    await programma.addJob('not ours');
    await lost;
    expect(refused).toBe('PROGRAMMA_LEASE_LOST');
  });
});
