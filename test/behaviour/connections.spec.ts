/** Reaching the database: who cannot be reached is said in time, and what belongs to others stays theirs. */
import { createServer, type Server } from 'node:net';
import { beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { atTheEnd } from '../support/at-the-end.js';
import { aDatabase, type Database } from '../support/database.js';
import { aStartedEngine, nextOf } from '../support/engine.js';
import { aProcess, type TestProcess } from '../support/process.js';
import { aServer } from '../support/server.js';

const OTHER = new URL('./other-process.ts', import.meta.url);
let database: Database;
/** Takes connections and never answers. */
let silentPort: number;
let closedPort: number;
/** Where passwords are asked for. */
let guarded: string;

beforeAll(async () => {
  database = await aDatabase();
  // A server that was given may trust everybody; our own does not.
  guarded = process.env.TEST_DATABASE_URL ? (await aServer()).url : database.url;
  const [silent, closed] = [createServer(), createServer()];
  [silentPort, closedPort] = [await portOf(silent), await portOf(closed)];
  atTheEnd(async () => silent.close());
  await new Promise((resolve) => closed.close(resolve));
}, 60_000);

const portOf = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
const changed = (change: (url: URL) => void): string => {
  const url = new URL(guarded);
  change(url);
  return url.href;
};

describe('start fails within ten seconds, with the cause, at', () => {
  const CAUSES: Record<string, [cause: RegExp, remedy: RegExp]> = {
    'a wrong password': [/password authentication failed/, /Check user, password/],
    'a user that does not exist': [/password authentication failed/, /Check user, password/],
    'a database that does not exist': [/does not exist/, /and database/],
    'a server that is down': [/ECONNREFUSED/, /Check host and port/],
    'a server that never answers': [/timeout/, /ask again/],
    'an address that leads nowhere': [/timeout|ENETUNREACH|EHOSTUNREACH|ECONNREFUSED/, /ask again/],
    'a name that nobody knows': [/ENOTFOUND|EAI_AGAIN|timeout/, /ask again/],
  };
  let child: TestProcess;

  beforeAll(() => {
    const urls: Record<string, string> = {
      'a wrong password': changed((url) => (url.password = 'wrong')),
      'a user that does not exist': changed((url) => (url.username = 'nobody')),
      'a database that does not exist': changed((url) => (url.pathname = '/nowhere')),
      'a server that is down': `postgres://me:secret@127.0.0.1:${closedPort}/db`,
      'a server that never answers': `postgres://me:secret@127.0.0.1:${silentPort}/db`,
      'an address that leads nowhere': 'postgres://me:secret@192.0.2.1/db',
      'a name that nobody knows': 'postgres://me:secret@nowhere.invalid/db',
    };
    child = aProcess(OTHER, { DO: 'start', URLS: JSON.stringify(urls) });
  });

  it.each(Object.entries(CAUSES))(
    '%s',
    async (where, [cause, remedy]) => {
      // How long it took, the child says itself; to start the child may take longer on a busy machine.
      const failed = await child.until((said) => said.where === where, 60_000);
      expect(failed).toMatchObject({
        event: 'failed',
        name: 'DatabaseUnavailableError',
        code: 'PROGRAMMA_DATABASE_UNAVAILABLE',
        cause: expect.stringMatching(cause),
        message: expect.stringMatching(remedy),
        // That work will go on by itself would not be true: whoever could not start has ended.
        warned: [],
      });
      expect(failed.ms).toBeLessThan(10_000);
    },
    70_000,
  );

  it('any of them, and leaves nothing open: the process ends by itself', async () => {
    expect(await child.exited).toMatchObject({ code: 0, stderr: '' });
  });

  it('any of them, and says no password', async () => {
    await child.exited;
    expect(JSON.stringify(child.said)).not.toMatch(/secret|:wrong/);
  });
});

describe('a pool of the user', () => {
  const aPool = () => {
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    atTheEnd(async () => pool.ended || pool.end());
    return pool;
  };

  it('serves adding and asking, and stays open', async () => {
    const pool = aPool();
    const programma = await aStartedEngine({ url: '' }, { connectionString: undefined, max: undefined, pool });
    const id = await programma.addJob('pool', { data: 1, runAfterSeconds: 500 });
    expect((await programma.getJob(id))?.data).toBe(1);
    await programma.shutdown();
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('cannot starve the engine: jobs run while all of its connections are taken', async () => {
    const pool = aPool();
    const programma = await aStartedEngine({ url: '' }, { connectionString: undefined, max: undefined, pool });
    await programma.addJob('starve');
    const taken = await pool.connect();
    const completed = nextOf(programma, 'job:completed', 'starve');
    programma.processJobs({ topicName: 'starve', completion: 'auto' }, () => 'ran');
    expect((await completed).result).toBe('ran');
    taken.release();
  });

  it('keeps the settings that its owner gave its connections', async () => {
    const pool = aPool();
    await pool.query("set enable_nestloop = on; set application_name = 'mine'");
    const programma = await aStartedEngine({ url: '' }, { connectionString: undefined, max: undefined, pool });
    await programma.addJob('settings', { runAfterSeconds: 500 });
    const { rows } = await pool.query(
      "select current_setting('enable_nestloop') as a, current_setting('application_name') as b",
    );
    expect(rows).toEqual([{ a: 'on', b: 'mine' }]);
  });

  it('takes large and wrong jobs as our own does', async () => {
    const programma = await aStartedEngine({ url: '' }, { connectionString: undefined, max: undefined, pool: aPool() });
    const jobs = Array.from({ length: 25 }, (_, n) => ({
      topic: 'large pool',
      data: { n, text: 'x'.repeat(400_000) },
    }));
    expect(await programma.addJobs(jobs)).toHaveLength(25);
  });
});

describe('without prepared statements and notifications, as behind a pooler', () => {
  it('jobs are added, run and settled', async () => {
    const application_name = 'behind a pooler';
    const programma = await aStartedEngine(database, { application_name, preparedStatements: false, notify: false });
    programma.processJobs<number>({ topicName: 'pooler', completion: 'auto' }, (job) => job.data * 2);
    expect((await programma.waitForJob(await programma.addJob('pooler', { data: 21 }))).result).toBe(42);
    const listening = "select 1 from pg_stat_activity where application_name = $1 and query ~* '^listen'";
    expect(await database.query(listening, [application_name])).toEqual([]);
  });

  it('no statement is named', async () => {
    expect(await statementsNamed(false)).toBe(0);
    expect(await statementsNamed(true)).toBeGreaterThan(0);
  });

  async function statementsNamed(preparedStatements: boolean): Promise<number> {
    const programma = await aStartedEngine(database, { preparedStatements, max: 1 });
    const topicName = `named ${preparedStatements}`;
    programma.processJobs({ topicName, completion: 'auto' }, () => 1);
    await programma.waitForJob(await programma.addJob(topicName));
    const { database: connections } = await programma.parts();
    const named = { name: '', text: 'select name from pg_prepared_statements' };
    const lanes = ['callers', 'engine', 'engine', 'engine'] as const;
    return (await Promise.all(lanes.map((lane) => connections.rows(named, [], lane)))).flat().length;
  }
});

describe('connections that break', () => {
  it('harm nobody: what is asked for next is done', async () => {
    const programma = await aStartedEngine(database, { application_name: 'breaks' });
    programma.processJobs({ topicName: 'breaks', completion: 'auto' }, () => 'ran');
    await programma.waitForJob(await programma.addJob('breaks'));
    await database.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'breaks'");
    expect((await programma.waitForJob(await programma.addJob('breaks'))).result).toBe('ran');
  });
});
