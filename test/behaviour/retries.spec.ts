/** Attempts that fail: when the next one comes, and when there is none. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  type EventName,
  type HandlerOptions,
  type Job,
  type JobConfig,
  type JobRecord,
  NonRetryableError,
  type Programma,
  RetryAfterError,
} from '../../lib/engine.js';
import { aDatabase, type Database } from '../support/database.js';
import { aStartedEngine, nextOf } from '../support/engine.js';

type JobEvent = Exclude<EventName, 'listen' | 'error'>;
let database: Database;
let programma: Programma;

beforeAll(async () => {
  database = await aDatabase();
  programma = await aStartedEngine(database);
});

/** A topic with a handler in `auto`, and a job of it, whose record is read when the event has come. */
async function recordAfter(
  event: JobEvent,
  topic: string,
  handler: (job: Job) => unknown,
  options: HandlerOptions = {},
  config: JobConfig = {},
): Promise<JobRecord> {
  const over = nextOf(programma, event, topic);
  programma.processJobs({ topicName: topic, completion: 'auto', ...options }, handler);
  const id = await programma.addJob(topic, config);
  await over;
  const record = await programma.getJob(id);
  if (!record) throw new Error('its record is gone');
  return record;
}
const boom = () => Promise.reject(new Error('boom'));
const throws = (error: unknown) => () => Promise.reject(error);
/** Seconds from the moment of the last error to the next attempt. */
const pause = (record: JobRecord) => (Number(record.runAfter) - Date.parse(record.errors.at(-1)?.at ?? '')) / 1_000;

describe('the next attempt', () => {
  it('comes after the backoff of the handler', async () => {
    const backoff = { type: 'fixed', seconds: 77, jitter: false } as const;
    expect(pause(await recordAfter('job:retried', 'fixed', boom, { backoff }))).toBeCloseTo(77, 2);
  });

  it('comes after five seconds or a little less, where nobody says anything', async () => {
    const seconds = pause(await recordAfter('job:retried', 'default', boom));
    expect([seconds >= 2.4, seconds <= 5.1]).toEqual([true, true]);
  });

  it('comes when a function of the attempt and its error says so', async () => {
    const backoff = (attempt: number, error: unknown) => attempt * 100 + (error as Error).message.length;
    expect(pause(await recordAfter('job:retried', 'function', boom, { backoff }))).toBeCloseTo(104, 2);
  });

  it('comes when the error says so', async () => {
    expect(pause(await recordAfter('job:retried', 'says', throws(new RetryAfterError(300))))).toBeCloseTo(300, 2);
  });

  it('comes by itself, in a process that is not woken otherwise', async () => {
    const attempts: number[] = [];
    const handler = (job: Job) => {
      attempts.push(job.attempt);
      if (job.attempt < 3) throw new Error('not yet');
    };
    const backoff = { type: 'fixed', seconds: 0.05 } as const;
    await recordAfter('job:completed', 'again', handler, { backoff });
    expect(attempts).toEqual([1, 2, 3]);
  });
});

describe('a job fails for good', () => {
  const backoff = { type: 'fixed', seconds: 0 } as const;

  it('when the attempts of the handler are spent', async () => {
    const record = await recordAfter('job:failed', 'spent', boom, { maxAttempts: 3, backoff });
    expect(record).toMatchObject({ state: 'failed', attempts: 3, maxAttempts: 3, errorCount: 3 });
    expect(record.finishedAt).toBeInstanceOf(Date);
  });

  it('when its own attempts are spent, which count before those of the handler', async () => {
    const record = await recordAfter('job:failed', 'own', boom, { maxAttempts: 9, backoff }, { maxAttempts: 2 });
    expect(record).toMatchObject({ attempts: 2, maxAttempts: 2 });
  });

  it('at once when its error says that no attempt can help', async () => {
    const record = await recordAfter('job:failed', 'hopeless', throws(new NonRetryableError('gone')));
    expect(record).toMatchObject({ attempts: 1, errors: [{ name: 'NonRetryableError', message: 'gone' }] });
  });

  it('at once when its handler says so', async () => {
    const record = await recordAfter('job:failed', 'says no', (job) => job.fail(new RangeError('no')));
    expect(record).toMatchObject({ state: 'failed', attempts: 1, errors: [{ name: 'RangeError', message: 'no' }] });
  });

  it('after twenty attempts in auto, where nobody says anything', async () => {
    expect(await recordAfter('job:failed', 'twenty', boom, { backoff })).toMatchObject({
      attempts: 20,
      maxAttempts: 20,
    });
  });

  it('with its last twenty errors, and how many there were', async () => {
    const record = await recordAfter('job:failed', 'errors', boom, { maxAttempts: 23, backoff });
    const attempts = record.errors.map(({ attempt }) => attempt);
    expect([record.errorCount, attempts.length, attempts[0], attempts.at(-1)]).toEqual([23, 20, 4, 23]);
  });

  it('whatever is thrown, also what no table can keep', async () => {
    const record = await recordAfter('job:failed', 'odd', throws({ text: 'a\u0000', circle: 1n }), { maxAttempts: 1 });
    expect(record).toMatchObject({ state: 'failed', errors: [{ name: 'Error' }] });
  });
});

describe('a snooze', () => {
  it('spends no attempt', async () => {
    const record = await recordAfter('job:snoozed', 'snooze', (job) => job.snooze(500));
    expect(record).toMatchObject({ state: 'created', attempts: 0, errors: [] });
  });

  it('ends after its seconds', async () => {
    const seen: number[] = [];
    const handler = (job: Job) => (seen.push(job.attempt) === 1 ? job.snooze(0.1) : undefined);
    await recordAfter('job:completed', 'short snooze', handler);
    expect(seen).toEqual([1, 1]);
  });
});
