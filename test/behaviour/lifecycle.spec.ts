/** From start to end, in any order and as often as somebody likes; and handlers that come and go. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DuplicateHandlerError, type Job, NotRunningError, OptionsError, ShutdownError } from '../../lib/engine.js';
import { Claims } from '../../lib/store/claims.js';
import { aDatabase, type Database } from '../support/database.js';
import { aGate, anEngine, aStartedEngine, next, nextOf } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { aProcess } from '../support/process.js';

const OTHER = new URL('./other-process.ts', import.meta.url);
let database: Database;

beforeAll(async () => {
  database = await aDatabase();
});

afterEach(() => {
  jest.restoreAllMocks();
});

let names = 0;
/** An engine that the database knows by its name. */
function aNamedEngine() {
  const application_name = `engine-${++names}`;
  const connections = async () => {
    const rows = await database.query('select 1 from pg_stat_activity where application_name = $1', [application_name]);
    return rows.length;
  };
  // The server ends its side a moment after we have ended ours.
  const noConnection = () => eventually(async () => (await connections()) === 0, 2_000);
  return { programma: anEngine(database, { application_name }), connections, noConnection };
}

describe('start', () => {
  it('is one start, however often it is called', async () => {
    const { programma, noConnection } = aNamedEngine();
    const seen: string[] = [];
    programma.processJobs({ topicName: 'once', completion: 'auto' }, (job) => seen.push(job.id));
    await Promise.all([programma.start(), programma.start()]);
    await programma.start();
    const id = await programma.addJob('once');
    await programma.waitForJob(id);
    expect(seen).toEqual([id]);
    // A second engine in the first one's shadow would stay.
    await programma.shutdown();
    await noConnection();
  });

  it('remembers the handlers that came before it', async () => {
    const { programma } = aNamedEngine();
    programma.processJobs({ topicName: 'early', completion: 'auto' }, () => 'ran');
    await programma.start();
    expect((await programma.waitForJob(await programma.addJob('early'))).result).toBe('ran');
  });

  it('starts anew after a shutdown, with the same handlers', async () => {
    const { programma } = aNamedEngine();
    programma.processJobs({ topicName: 'anew', completion: 'auto' }, () => 'ran');
    await programma.start();
    await programma.shutdown();
    await programma.start();
    expect((await programma.waitForJob(await programma.addJob('anew'))).result).toBe('ran');
  });

  it('waits for a shutdown that is under way', async () => {
    const { programma } = aNamedEngine();
    await programma.start();
    void programma.shutdown();
    await programma.start();
    expect(await programma.addJob('after it', { runAfterSeconds: 500 })).toMatch(/-/);
  });

  it('can be tried again when it failed', async () => {
    const empty = await aDatabase({ empty: true });
    const programma = anEngine(empty);
    await expect(programma.start(false)).rejects.toThrow(/npx programma migrate up/);
    await programma.start();
    expect((await programma.health()).database).toBe('up');
  });
});

describe('shutdown', () => {
  it('is fine before a start, and twice', async () => {
    const { programma } = aNamedEngine();
    await programma.shutdown();
    await programma.start();
    await Promise.all([programma.shutdown(), programma.shutdown()]);
    await programma.shutdown();
    await expect(programma.addJob('gone')).rejects.toThrow(NotRunningError);
  });

  it('ends a start that is under way', async () => {
    const { programma, noConnection } = aNamedEngine();
    programma.processJobs({ topicName: 'under way' }, () => undefined);
    const starting = programma.start();
    await programma.shutdown();
    await starting;
    await noConnection();
    await expect(programma.addJob('under way')).rejects.toThrow(NotRunningError);
  });

  it('has the last word over a start that waits for an earlier one', async () => {
    const { programma, noConnection } = aNamedEngine();
    await programma.start();
    const all = [programma.shutdown(), programma.start(), programma.shutdown()];
    await Promise.all(all);
    await noConnection();
  });

  it('leaves no connection', async () => {
    const { programma, connections, noConnection } = aNamedEngine();
    programma.processJobs({ topicName: 'connections', completion: 'auto' }, () => 1);
    await programma.start();
    await programma.waitForJob(await programma.addJob('connections'));
    expect(await connections()).toBeGreaterThan(0);
    await programma.shutdown();
    await noConnection();
  });

  it('writes what was asked for before', async () => {
    // More than one statement takes.
    const MANY = 2_500;
    const { programma } = aNamedEngine();
    await programma.start();
    const adding = Array.from({ length: MANY }, (_, n) => programma.addJob('asked', { data: n, runAfterSeconds: 500 }));
    await new Promise((resolve) => setImmediate(resolve));
    await programma.shutdown();
    const ids = await Promise.all(adding);
    const [row] = await database.query<{ count: string }>("select count(*) from programma.jobs where topic = 'asked'");
    expect([ids.length, Number(row?.count)]).toEqual([MANY, MANY]);
  });

  it('gives running handlers time to end', async () => {
    const { programma } = aNamedEngine();
    programma.processJobs({ topicName: 'ends', completion: 'auto' }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return 'ended';
    });
    const claimed = nextOf(programma, 'job:claimed', 'ends');
    await programma.start();
    const id = await programma.addJob('ends');
    await claimed;
    await programma.shutdown();
    const looking = await aStartedEngine(database, { workers: false });
    expect(await looking.getJob(id)).toMatchObject({ state: 'completed', result: 'ended' });
  });

  it.each<[string, (job: Job, reason: (r: unknown) => void) => Promise<unknown>]>([
    ['heeds its signal', (job, tell) => new Promise((_, fail) => onAbort(job, (why) => [tell(why), fail(why)]))],
    ['ignores its signal', (job, tell) => new Promise(() => onAbort(job, tell))],
  ])('gives the job of a handler that %s back at once, unspent', async (how, handler) => {
    const programma = anEngine(database, { shutdownTimeoutSeconds: 0.05 });
    let reason: unknown;
    programma.processJobs({ topicName: how, completion: 'auto' }, (job) => handler(job, (why) => (reason = why)));
    const claimed = nextOf(programma, 'job:claimed', how);
    await programma.start();
    const id = await programma.addJob(how);
    await claimed;
    await programma.shutdown();
    const looking = await aStartedEngine(database, { workers: false });
    expect(await looking.getJob(id)).toMatchObject({ state: 'created', attempts: 0, errors: [] });
    expect(reason).toBeInstanceOf(ShutdownError);
  });

  it('lets the process end by itself', async () => {
    const child = aProcess(OTHER, { DO: 'live', DB: database.url, TOPIC: 'life' });
    await child.until('down', 15_000);
    const said = performance.now();
    expect(await child.exited).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(performance.now() - said).toBeLessThan(2_000);
  });
});

const onAbort = ({ signal }: Job, tell: (reason: unknown) => unknown) =>
  signal.addEventListener('abort', () => tell(signal.reason));

describe('a drain that is under way', () => {
  /** Its handlers run until the gate opens. */
  async function draining(topicName: string) {
    const gate = aGate();
    const programma = anEngine(database, { jobs: { retryAfterSeconds: 1 }, shutdownTimeoutSeconds: 10 });
    programma.processJobs({ topicName, completion: 'auto' }, () => gate.opened);
    await programma.start();
    const active = nextOf(programma, 'job:claimed', topicName);
    const id = await programma.addJob(topicName);
    await active;
    const drained = programma.drain();
    return { programma, id, drained, end: gate.open };
  }

  it('is awaited by a start, and does not end what that started', async () => {
    const { programma, id, drained, end } = await draining('restarted');
    const started = programma.start();
    const renewed = new Promise<void>((resolve) => {
      programma.processJobs({ topicName: 'renewed', completion: 'auto' }, () => {
        const renew = jest.spyOn(Claims.prototype, 'renew');
        return eventually(() => renew.mock.calls.length > 1).then(resolve);
      });
    });
    end();
    await Promise.all([drained, started]);
    const renewing = await programma.addJob('renewed');
    await renewed;
    const ended = await Promise.all([id, renewing].map((job) => programma.waitForJob(job)));
    expect(ended.map(({ attempts }) => attempts)).toEqual([1, 1]);
  });

  it('is awaited by a shutdown', async () => {
    const { programma, id, drained, end } = await draining('shut');
    const down = programma.shutdown();
    end();
    await Promise.all([drained, down]);
    const [job] = await database.query('select state, attempts from programma.jobs where id = $1', [id]);
    expect(job).toEqual({ state: 'completed', attempts: 1 });
  });

  it('has the last word when it is said again after a start', async () => {
    const { programma, drained, end } = await draining('drained again');
    const started = programma.start();
    await new Promise((resolve) => setImmediate(resolve));
    const again = programma.drain();
    end();
    await Promise.all([drained, started, again]);
    expect(programma.pulse()).toBeNull();
  });
});

describe('a listener', () => {
  it('harms no job by what it throws, even where nobody can say so', async () => {
    const speechless = () => {
      throw new Error('no log');
    };
    const programma = anEngine(database, { logger: { log() {}, debug() {}, warn: speechless, error: speechless } });
    programma.processJobs({ topicName: 'place', completion: 'auto' }, () => 'ran');
    await programma.start();
    programma.on('job:claimed', speechless);
    const { attempts, result } = await programma.waitForJob(await programma.addJob('place'), { timeoutSeconds: 5 });
    expect([attempts, result]).toEqual([1, 'ran']);
  });

  it('leaves nothing of its context to the next job', async () => {
    const context = new AsyncLocalStorage<string>();
    const programma = anEngine(database);
    programma.processJobs({ topicName: 'context', completion: 'auto' }, () => context.getStore() ?? null);
    await programma.start();
    const off = programma.on('job:claimed', () => context.enterWith('a tenant'));
    await programma.waitForJob(await programma.addJob('context'));
    off();
    for (const add of [{}, { runAfterSeconds: 0.05 }]) {
      const { result } = await programma.waitForJob(await programma.addJob('context', add));
      expect(result).toBeNull();
    }
  });
});

describe('a listener of what became of a job', () => {
  it('sees nobody else’s context, of those that were written with it or told before it', async () => {
    const context = new AsyncLocalStorage<string>();
    const programma = anEngine(database);
    programma.processJobs({ topicName: 'told', completion: 'auto', maxJobs: 20 }, (job) => context.enterWith(job.id));
    const seen: unknown[] = [];
    programma.on('job:completed', ({ job }) => {
      seen.push(context.getStore());
      context.enterWith(job.id);
    });
    await programma.connect();
    const ids = await context.run('whoever adds', () =>
      programma.addJobs(Array.from({ length: 20 }, () => ({ topic: 'told' }))),
    );
    await context.run('whoever starts', () => programma.start());
    for (const { id } of ids) await programma.waitForJob(id);
    expect(seen).toEqual(Array.from({ length: 20 }, () => undefined));
  });
});

describe('a handler', () => {
  it('is refused when its topic has one', async () => {
    const programma = anEngine(database);
    programma.processJobs({ topicName: 'two' }, () => 1);
    expect(() => programma.processJobs({ topicName: 'two' }, () => 1)).toThrow(DuplicateHandlerError);
  });

  it.each<[string, () => unknown]>([
    ['an unknown option', () => anEngine(database).processJobs({ topicName: 'x', maxjobs: 1 } as never, () => 1)],
    ['no topic', () => anEngine(database).processJobs({} as never, () => 1)],
    ['no options', () => anEngine(database).processJobs(undefined as never, () => 1)],
    ['an unknown option of the engine', () => anEngine(database, { maxJob: 1 } as never)],
  ])('is refused with %s', (_, act) => {
    expect(act).toThrow(OptionsError);
  });

  it('is refused when it is none', () => {
    expect(() => anEngine(database).processJobs({ topicName: 'x' }, 'send' as never)).toThrow(/is a function/);
  });

  it('is stopped when its running jobs have ended, and gets no other', async () => {
    const programma = await aStartedEngine(database);
    const { open, opened } = aGate();
    const handler = programma.processJobs({ topicName: 'stop', completion: 'auto', maxJobs: 1 }, () => opened);
    const claimed = nextOf(programma, 'job:claimed', 'stop');
    const [first, second] = await programma.addJobs([{ topic: 'stop' }, { topic: 'stop' }]);
    await claimed;
    let stopped = false;
    const stopping = handler.stop().then(() => {
      stopped = true;
    });
    await programma.getJob(first?.id ?? '');
    expect(stopped).toBe(false);
    open();
    await stopping;
    await programma.waitForJob(first?.id ?? '');
    expect((await programma.getJob(second?.id ?? ''))?.state).toBe('created');
  });

  it('makes room for another one when it has stopped', async () => {
    const programma = await aStartedEngine(database);
    await programma.processJobs({ topicName: 'swap', completion: 'auto' }, () => 'old').stop();
    programma.processJobs({ topicName: 'swap', completion: 'auto' }, () => 'new');
    expect((await programma.waitForJob(await programma.addJob('swap'))).result).toBe('new');
  });

  it('that comes while the engine runs is woken for what waits', async () => {
    const programma = await aStartedEngine(database);
    const id = await programma.addJob('comes late');
    const claimed = next(programma, 'job:claimed', ({ job }) => job.id === id);
    programma.processJobs({ topicName: 'comes late', completion: 'auto' }, () => 1);
    expect((await claimed).job.id).toBe(id);
  });
});
