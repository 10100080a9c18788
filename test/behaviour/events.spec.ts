/** Events: what is told, to whom, and that telling harms nobody. */
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type EventName, type Job, type Logger, NonRetryableError, type Programma } from '../../lib/engine.js';
import { aDatabase, type Database } from '../support/database.js';
import { anEngine, aStartedEngine, next, nextOf } from '../support/engine.js';

let database: Database;
let programma: Programma;

beforeAll(async () => {
  database = await aDatabase();
  programma = await aStartedEngine(database);
});

type JobEvent = Exclude<EventName, 'listen' | 'error'>;
const boom = new Error('boom');

it.each<[JobEvent, (job: Job) => unknown, object]>([
  ['job:claimed', () => 1, {}],
  ['job:completed', () => ({ sum: 3 }), { result: { sum: 3 }, ms: expect.any(Number) }],
  [
    'job:retried',
    () => Promise.reject(boom),
    { error: boom, afterSeconds: expect.any(Number), ms: expect.any(Number) },
  ],
  ['job:failed', () => Promise.reject(new NonRetryableError('no')), { error: { message: 'no' } }],
  ['job:snoozed', (job) => job.snooze(50), { afterSeconds: 50 }],
  ['job:moved', (job) => job.moveToProcessing(), { ms: expect.any(Number) }],
])('%s says which job it was, and what became of it', async (event, handler, details) => {
  const told = nextOf(programma, event, event);
  programma.processJobs({ topicName: event, completion: 'auto' }, handler);
  const id = await programma.addJob(event);
  expect(await told).toMatchObject({ job: { id, topic: event, attempt: 1, maxAttempts: 20 }, ...details });
});

it('job:unmoved says that a manual handler did not move its job', async () => {
  const told = nextOf(programma, 'job:unmoved', 'unmoved');
  programma.processJobs({ topicName: 'unmoved' }, () => Promise.reject(boom));
  await programma.addJob('unmoved');
  expect(await told).toMatchObject({ job: { topic: 'unmoved', attempt: 1 }, error: boom });
});

describe('a listener', () => {
  it('hears nothing more once it was ended', async () => {
    let heard = 0;
    const off = programma.on('job:claimed', ({ job }) => {
      if (job.topic === 'ended') heard++;
    });
    programma.processJobs({ topicName: 'ended', completion: 'auto' }, () => 1);
    await programma.waitForJob(await programma.addJob('ended'));
    off();
    await programma.waitForJob(await programma.addJob('ended'));
    expect(heard).toBe(1);
  });

  it('that was given twice ends once for each', async () => {
    let heard = 0;
    const listener = ({ job }: { job: { topic: string } }) => {
      if (job.topic === 'given twice') heard++;
    };
    programma.on('job:claimed', listener);
    programma.on('job:claimed', listener)();
    programma.processJobs({ topicName: 'given twice', completion: 'auto' }, () => 1);
    await programma.waitForJob(await programma.addJob('given twice'));
    expect(heard).toBe(1);
  });

  it.each<[string, () => void | Promise<void>]>([
    ['throws', () => void JSON.parse('{')],
    ['rejects', () => Promise.reject(boom)],
  ])('that %s is reported as error, and never felt by a job', async (how, listener) => {
    const topic = `listener ${how}`;
    const error = next(programma, 'error', ({ where }) => where === 'a listener of job:claimed');
    const off = programma.on('job:claimed', listener);
    programma.processJobs({ topicName: topic, completion: 'auto' }, () => 'done');
    const id = await programma.addJob(topic);
    expect((await error).error).toBeInstanceOf(Error);
    expect(await programma.waitForJob(id)).toMatchObject({ state: 'completed', attempts: 1 });
    off();
  });

  it('of error that throws is not told of itself for ever', async () => {
    let told = 0;
    const off = programma.on('error', () => {
      told++;
      throw boom;
    });
    const offToo = programma.on('job:claimed', () => void JSON.parse('{'));
    programma.processJobs({ topicName: 'error throws', completion: 'auto' }, () => 1);
    await programma.waitForJob(await programma.addJob('error throws'));
    off();
    offToo();
    expect(told).toBe(1);
  });
});

describe('a fault that no caller hears', () => {
  const aLogger = () => {
    const said: string[] = [];
    const say = (message: string) => void said.push(message);
    return { said, logger: { error: say, warn: say, log: () => undefined, debug: () => undefined } satisfies Logger };
  };

  it('goes to the log when nobody listens to error', async () => {
    const { said, logger } = aLogger();
    const engine = await aStartedEngine(database, { logger });
    engine.on('job:claimed', () => void JSON.parse('{'));
    engine.processJobs({ topicName: 'logged', completion: 'auto' }, () => 1);
    await engine.waitForJob(await engine.addJob('logged'));
    expect(said).toEqual([expect.stringMatching(/^a listener of job:claimed: .*JSON/)]);
  });

  it('goes out as a warning of the process where there is no logger', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const engine = await aStartedEngine(database, { logger: undefined });
    engine.on('job:claimed', () => void JSON.parse('{'));
    engine.processJobs({ topicName: 'warned', completion: 'auto' }, () => 1);
    await engine.waitForJob(await engine.addJob('warned'));
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/^a listener of job:claimed: .*JSON/), 'Programma']]);
    warn.mockRestore();
  });

  it('is said once, not once a job', async () => {
    const { said, logger } = aLogger();
    const engine = await aStartedEngine(database, { logger });
    engine.on('job:claimed', () => void JSON.parse('{'));
    engine.processJobs({ topicName: 'sparing', completion: 'auto' }, () => 1);
    const added = await engine.addJobs([1, 2, 3].map(() => ({ topic: 'sparing' })));
    await Promise.all(added.map(({ id }) => engine.waitForJob(id)));
    expect(said).toHaveLength(1);
  });
});

describe('listen', () => {
  it('says that notifications arrive', async () => {
    const engine = anEngine(database);
    const told = next(engine, 'listen');
    engine.processJobs({ topicName: 'live' }, () => 1);
    await engine.start();
    expect(await told).toEqual({ state: 'live' });
  });

  it('says that they do not, with the reason, when the connection is cut, and that they do again', async () => {
    const engine = anEngine(database, { application_name: 'cut' } as object);
    const live = next(engine, 'listen');
    engine.processJobs({ topicName: 'cut' }, () => 1);
    await engine.start();
    await live;
    const polling = next(engine, 'listen', ({ state }) => state === 'polling');
    const again = next(engine, 'listen', ({ state }) => state === 'live');
    await database.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'cut'");
    expect(await polling).toEqual({ state: 'polling', reason: expect.any(String) });
    expect(await again).toEqual({ state: 'live' });
  });

  it('is silent in a process that only adds', async () => {
    const own = await aDatabase();
    const engine = await aStartedEngine(own);
    await engine.addJob('only adds', { runAfterSeconds: 500 });
    // Whatever would have listened does so before this one.
    const other = anEngine(own);
    const live = next(other, 'listen', ({ state }) => state === 'live');
    other.processJobs({ topicName: 'works' }, () => undefined);
    await other.start();
    await live;
    const listening = `select from pg_stat_activity where datname = current_database() and query ilike 'listen %'`;
    expect(await own.query(listening)).toHaveLength(1);
    expect((await engine.health()).listen).toBe('polling');
  });
});
