/** How long a job is a handler's: timeouts, renewals, and what becomes of a job whose process is gone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Job, JobTimeoutError, LeaseLostError, type Programma } from '../../lib/engine.js';
import { aDatabase, type Database } from '../support/database.js';
import { aGate, aStartedEngine, nextOf } from '../support/engine.js';
import { aProcess } from '../support/process.js';

const OTHER = new URL('./other-process.ts', import.meta.url);
let database: Database;
let programma: Programma;

beforeAll(async () => {
  database = await aDatabase();
  programma = await aStartedEngine(database);
});

const aborted = (signal: AbortSignal) =>
  new Promise<unknown>((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    signal.addEventListener('abort', () => resolve(signal.reason));
  });
/** The claim of a running job is over, as if its process had not renewed it. */
const expire = (id: string) =>
  database.query(
    `update programma.claims set expires_at = now() - interval '1 second'
     where id = (select claim_id from programma.jobs where id = $1)`,
    [id],
  );

describe('timeoutSeconds', () => {
  const options = { completion: 'auto', timeoutSeconds: 0.1, backoff: { seconds: 500 } } as const;

  it('aborts the signal of the handler', async () => {
    const reason = new Promise((resolve) => {
      programma.processJobs({ topicName: 'abort', ...options }, async (job) => resolve(await aborted(job.signal)));
    });
    await programma.addJob('abort');
    expect(await reason).toBeInstanceOf(JobTimeoutError);
  });

  it('fails the attempt, also of a handler that never ends', async () => {
    programma.processJobs({ topicName: 'slow', ...options }, () => new Promise(() => undefined));
    const retried = nextOf(programma, 'job:retried', 'slow');
    const id = await programma.addJob('slow');
    await retried;
    expect(await programma.getJob(id)).toMatchObject({ state: 'created', errors: [{ name: 'JobTimeoutError' }] });
  });

  it('says that a handler goes on which ignores its signal', async () => {
    const overrun = nextOf(programma, 'job:overrun', 'deaf');
    programma.processJobs({ topicName: 'deaf', ...options }, () => new Promise(() => undefined));
    await programma.addJob('deaf');
    expect(await overrun).toMatchObject({ job: { topic: 'deaf', attempt: 1 }, timeoutSeconds: 0.1 });
  });

  it('says nothing of the kind about a handler that heeds its signal', async () => {
    let overran = false;
    programma.on('job:overrun', ({ job }) => {
      overran ||= job.topic === 'obedient';
    });
    programma.processJobs({ topicName: 'obedient', ...options }, async (job) => {
      await aborted(job.signal);
      job.signal.throwIfAborted();
    });
    const retried = nextOf(programma, 'job:retried', 'obedient');
    await programma.addJob('obedient');
    await retried;
    expect(overran).toBe(false);
  });

  it('keeps the place of a handler until it ends', async () => {
    const { open, opened } = aGate();
    const taken: unknown[] = [];
    programma.processJobs({ topicName: 'place', maxJobs: 1, ...options }, async (job) => {
      taken.push(job.data);
      if (job.data === 1) await opened;
    });
    const overrun = nextOf(programma, 'job:overrun', 'place');
    await programma.addJob('place', { data: 1 });
    await overrun;
    const second = await programma.addJob('place', { data: 2 });
    // One claim looks for all topics: what took this one has passed by the other.
    programma.processJobs({ topicName: 'beside', completion: 'auto' }, () => undefined);
    await programma.waitForJob(await programma.addJob('beside'));
    expect(taken).toEqual([1]);
    open();
    await programma.waitForJob(second);
  });
});

it('keeps a job whose handler takes longer than its lease', async () => {
  const other = await aStartedEngine(database, { heartBeat: 1 });
  const attempts: number[] = [];
  const handler = async (job: Job) => {
    attempts.push(job.attempt);
    await sleep(2_500);
  };
  for (const engine of [programma, other]) engine.processJobs({ topicName: 'long', completion: 'auto' }, handler);
  const id = await programma.addJob('long', { retryAfterSeconds: 1 });
  expect(await programma.waitForJob(id)).toMatchObject({ state: 'completed', attempts: 1 });
  expect(attempts).toEqual([1]);
});

describe('a process that was killed', () => {
  it('loses its job to another one when the lease ends', async () => {
    const child = aProcess(OTHER, { DO: 'hang', DB: database.url, TOPIC: 'killed' });
    const id = await programma.addJob('killed', { retryAfterSeconds: 1.5 });
    await child.until('took', 15_000);
    child.kill('SIGKILL');
    const rescuer = await aStartedEngine(database, { heartBeat: 1 });
    rescuer.processJobs({ topicName: 'killed', completion: 'auto' }, (job) => job.attempt);
    expect(await rescuer.waitForJob(id)).toMatchObject({
      state: 'completed',
      attempts: 2,
      result: 2,
      errors: [{ attempt: 1, name: 'LeaseExpiredError' }],
    });
  });

  it('fails its job when no attempt is left', async () => {
    const { open, opened } = aGate();
    const id = await programma.addJob('last', { maxAttempts: 1 });
    await new Promise<void>((taken) => {
      programma.processJobs({ topicName: 'last' }, () => {
        taken();
        return opened;
      });
    });
    await expire(id);
    const rescuer = await aStartedEngine(database);
    expect((await rescuer.waitForJob(id)).state).toBe('failed');
    open();
  });
});

describe('a handler that has lost its job', () => {
  /** Runs a job in `programma`, lets its lease end, and has it run to its end elsewhere. */
  async function lose(topic: string, handler: (job: Job) => unknown): Promise<void> {
    const taken = aGate();
    // One place, so that it does not itself take the job again.
    programma.processJobs({ topicName: topic, completion: 'auto', maxJobs: 1 }, (job) => {
      taken.open();
      return handler(job);
    });
    const id = await programma.addJob(topic, { retryAfterSeconds: 6 });
    await taken.opened;
    await expire(id);
    const other = await aStartedEngine(database);
    other.processJobs({ topicName: topic, completion: 'auto' }, () => 'the other one');
    expect((await other.waitForJob(id)).result).toBe('the other one');
  }

  it('is told through its signal at the next renewal', async () => {
    let reason: unknown;
    const lost = nextOf(programma, 'job:lease-lost', 'told');
    await lose('told', async (job) => {
      reason = await aborted(job.signal);
    });
    await lost;
    expect(reason).toBeInstanceOf(LeaseLostError);
  });

  it('changes nothing with what it says', async () => {
    const { open, opened } = aGate();
    let id = '';
    const lost = nextOf(programma, 'job:lease-lost', 'zombie');
    await lose('zombie', async (job) => {
      id = job.id;
      await opened;
      return 'the zombie';
    });
    open();
    await lost;
    expect(await programma.getJob(id)).toMatchObject({ state: 'completed', attempts: 2, result: 'the other one' });
  });

  it('is refused when it completes by itself', async () => {
    const { open, opened } = aGate();
    let refused = (_: unknown): void => undefined;
    const refusal = new Promise((resolve) => {
      refused = resolve;
    });
    await lose('refused', async (job) => {
      await opened;
      await job.complete('the zombie').catch(refused);
    });
    open();
    expect(await refusal).toBeInstanceOf(LeaseLostError);
  });
});
