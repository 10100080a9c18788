/** Connections break, vanish, and are refused: the process neither dies nor hangs, says so once, and goes on. */
import { expect, it } from '@jest/globals';
import pg from 'pg';
import { Programma } from '../../../lib/engine.js';
import { atTheEnd } from '../../support/at-the-end.js';
import { aDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { aGate, anEngine, aServerToStrike, behindAProxy, next } from './an-engine.js';

const auto = { topicName: 'work', completion: 'auto' } as const;
const away = (m: string) => m.startsWith('The database is away');

it('goes on after a restart of the server, and says once that it was away', async () => {
  const server = await aServerToStrike();
  const programma = await anEngine({ connectionString: server.url }, (p) => p.processJobs(auto, () => 'done'));
  await programma.waitForJob(await programma.addJob('work'));
  await server.kill();
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  await server.start();
  const id = await programma.addJob('work');
  expect(await programma.waitForJob(id)).toMatchObject({ state: 'completed' });
  expect(programma.told.warned.filter(away)).toHaveLength(1);
});

it('promises nothing to whoever cannot start', async () => {
  const warned: string[] = [];
  const logger = { error: () => {}, warn: (text: string) => warned.push(text), log: () => {}, debug: () => {} };
  const programma = new Programma({ connectionString: 'postgres://me@127.0.0.1:1/nowhere', logger });
  await expect(programma.start()).rejects.toMatchObject({ code: 'PROGRAMMA_DATABASE_UNAVAILABLE' });
  expect(warned.filter(away)).toEqual([]);
});

it('finds what was added meanwhile within two seconds of the end of a second outage in a minute', async () => {
  const { proxy, url, database } = await behindAProxy();
  const programma = await anEngine({ connectionString: url, heartBeat: 60 }, (p) => p.processJobs(auto, () => 'done'));
  const producer = await anEngine({ connectionString: database.url, workers: false, notify: false });
  await eventually(async () => (await programma.health()).listen === 'live');
  for (const outage of [1, 2]) {
    const id = await outageFor(proxy, 3_000, () => producer.addJob('work', { data: outage }));
    await producer.waitForJob(id, { timeoutSeconds: 6 });
  }
});

it('survives pg_terminate_backend of every connection, again and again', async () => {
  const database = await aDatabase();
  const programma = await anEngine({ connectionString: database.url }, (p) => p.processJobs(auto, () => 'done'));
  const ids: string[] = [];
  for (let i = 0; i < 10; i++) {
    await database.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    ids.push(...(await Promise.all(Array.from({ length: 10 }, () => programma.addJob('work')))));
  }
  for (const id of ids) expect(await programma.waitForJob(id)).toMatchObject({ state: 'completed' });
  expect(programma.told.warned.filter(away).length).toBeLessThanOrEqual(1);
});

it("does not end the process when a client of the caller's own pool breaks in the middle of a statement", async () => {
  const { proxy, url, database } = await behindAProxy();
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  pool.on('error', () => undefined);
  atTheEnd(() => pool.end());
  const programma = await anEngine({ pool, workers: false });
  const lock = await database.pool.connect();
  await lock.query('begin; lock table programma.jobs in access exclusive mode');
  const listing = programma.listJobs();
  const refused = expect(listing).rejects.toMatchObject({ code: 'PROGRAMMA_DATABASE_UNAVAILABLE' });
  await eventually(async () => (await waitingBackends(database)) > 0);
  proxy.cut();
  await refused;
  await lock.query('rollback');
  lock.release();
  await expect(programma.addJob('work')).resolves.toBeDefined();
});

it('renews and settles although handlers hold every client of the pool they share with it', async () => {
  const database = await aDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  atTheEnd(() => pool.end());
  const programma = await anEngine({ pool }, (p) =>
    p.processJobs({ ...auto, maxJobs: 2 }, async (job) => {
      const client = await pool.connect();
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      await job.addToAttributes('held', true).finally(() => client.release());
    }),
  );
  const ids = [
    await programma.addJob('work', { retryAfterSeconds: 1 }),
    await programma.addJob('work', { retryAfterSeconds: 1 }),
  ];
  for (const id of ids) expect(await programma.waitForJob(id)).toMatchObject({ state: 'completed', attempts: 1 });
});

it('keeps its leases while every connection that the server has is taken', async () => {
  const server = await aServerToStrike({ max_connections: '20', superuser_reserved_connections: '0' });
  const programma = await anEngine({ connectionString: server.url }, (p) =>
    p.processJobs(auto, () => new Promise((resolve) => setTimeout(resolve, 14_000))),
  );
  const claimed = next(programma, 'job:claimed');
  const id = await programma.addJob('work', { retryAfterSeconds: 3 });
  await claimed;
  // Longer than a pool keeps connections that rest: whichever becomes free is taken, too.
  const completed = next(programma, 'job:completed');
  const taken: pg.Client[] = [];
  for (let done = false; !done; await new Promise((resolve) => setTimeout(resolve, 50))) {
    taken.push(...(await takeAll(server.url)));
    done = (await Promise.race([completed, undefined])) !== undefined;
  }
  await Promise.all(taken.map((client) => client.end()));
  expect(await programma.getJob(id)).toMatchObject({ state: 'completed', attempts: 1 });
}, 40_000);

it('adds again within seconds when every connection has gone silent, and keeps what it holds', async () => {
  const { proxy, url } = await behindAProxy();
  const running = aGate();
  const programma = await anEngine({ connectionString: url, addTimeoutSeconds: 2 }, (p) => {
    p.processJobs(auto, () => 'done');
    p.processJobs({ ...auto, topicName: 'held' }, async () => {
      running.open();
      await new Promise((resolve) => setTimeout(resolve, 12_000));
    });
  });
  const held = await programma.addJob('held', { retryAfterSeconds: 6 });
  await Promise.all(Array.from({ length: 20 }, () => programma.addJob('work')));
  await running.opened;
  await Promise.all(Array.from({ length: 5 }, () => programma.listJobs()));
  proxy.swallow();
  await eventually(
    async () =>
      programma.addJob('work').then(
        () => true,
        () => false,
      ),
    6_000,
  );
  expect(await programma.waitForJob(held)).toMatchObject({ state: 'completed', attempts: 1 });
}, 40_000);

it('reports within seconds that notifications do not come any more, and hears them again afterwards', async () => {
  const { proxy, url } = await behindAProxy();
  const programma = await anEngine({ connectionString: url }, (p) => p.processJobs(auto, () => 'done'));
  await eventually(async () => (await programma.health()).listen === 'live');
  const polling = next(programma, 'listen', (e) => e.state === 'polling');
  const live = polling.then(() => next(programma, 'listen', (e) => e.state === 'live'));
  proxy.swallow();
  await polling;
  await live;
}, 60_000);

it('drops a connection that leads to a read-only standby, and goes on with the one that writes', async () => {
  const database = await aDatabase();
  const programma = await anEngine({ connectionString: database.url }, (p) => p.processJobs(auto, () => 'done'));
  await programma.waitForJob(await programma.addJob('work'));
  // What a failover looks like from here: the same connections, on a server that only reads.
  await readOnly(database, true);
  const refused = programma.addJob('work');
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await readOnly(database, false);
  expect(await programma.waitForJob(await refused)).toMatchObject({ state: 'completed' });
  expect(programma.told.warned.filter(away)).toHaveLength(1);
});

it('waits on a real standby until it is promoted, then writes what waited, and says once that it was away', async () => {
  const server = await aServerToStrike();
  const programma = await anEngine({ connectionString: server.url, addTimeoutSeconds: 20 }, (p) =>
    p.processJobs(auto, () => 'done'),
  );
  await programma.waitForJob(await programma.addJob('work'));
  await server.stop();
  await server.start({}, 'standby');
  const waiting = programma.addJob('work');
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(await programma.health()).toMatchObject({ listen: 'polling' });
  await server.promote();
  expect(await programma.waitForJob(await waiting)).toMatchObject({ state: 'completed', attempts: 1 });
  await eventually(async () => (await programma.health()).listen === 'live', 15_000);
  expect(programma.told.warned.filter(away)).toHaveLength(1);
}, 60_000);

it('refuses to start on a server whose connections are all taken, in words of its own, and starts when one is free', async () => {
  const server = await aServerToStrike({ max_connections: '12', superuser_reserved_connections: '0' });
  const taken = await takeAll(server.url);
  const programma = new Programma({ connectionString: server.url, logger: false });
  atTheEnd(() => programma.shutdown());
  await expect(programma.start()).rejects.toMatchObject({ code: 'PROGRAMMA_DATABASE_UNAVAILABLE' });
  await Promise.all(taken.map((client) => client.end()));
  await eventually(() =>
    programma.start().then(
      () => true,
      () => false,
    ),
  );
  await expect(programma.addJob('work')).resolves.toBeDefined();
});

it('tells who waits for a job that his time is over, on time, when the database answers nothing', async () => {
  const { proxy, url } = await behindAProxy();
  const programma = await anEngine({ connectionString: url, workers: false });
  const id = await programma.addJob('work');
  proxy.swallow();
  const from = performance.now();
  await expect(programma.waitForJob(id, { timeoutSeconds: 1 })).rejects.toMatchObject({ name: 'WaitTimeoutError' });
  expect(performance.now() - from).toBeLessThan(2_000);
});

it('tells who waits for a job that it is done, seconds after the connection that he asked on went silent', async () => {
  const { proxy, url, database } = await behindAProxy();
  const programma = await anEngine({ connectionString: url, workers: false });
  const id = await programma.addJob('work');
  const waiting = programma.waitForJob(id);
  proxy.swallow();
  const from = performance.now();
  const other = await anEngine({ connectionString: database.url });
  await other.moveJobToDone(id);
  await waiting;
  expect(performance.now() - from).toBeLessThan(10_000);
});

it('answers how it is within seconds when the database answers nothing', async () => {
  const { proxy, url } = await behindAProxy();
  const programma = await anEngine({ connectionString: url, workers: false });
  proxy.swallow();
  proxy.swallowing = true;
  const from = performance.now();
  expect(await programma.health()).toMatchObject({ database: 'down' });
  expect(performance.now() - from).toBeLessThan(5_000);
}, 40_000);

async function outageFor<T>(
  proxy: { cut(): void; swallowing: boolean },
  ms: number,
  meanwhile: () => Promise<T>,
): Promise<T> {
  proxy.swallowing = true;
  proxy.cut();
  const done = await meanwhile();
  await new Promise((resolve) => setTimeout(resolve, ms));
  proxy.swallowing = false;
  proxy.cut();
  return done;
}

const waitingBackends = async ({ query }: Awaited<ReturnType<typeof aDatabase>>): Promise<number> =>
  (await query(`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).length;

/** New connections of the database start read-only; those there are behave so from now on, too. */
async function readOnly({ url, name }: Awaited<ReturnType<typeof aDatabase>>, on: boolean): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query('set default_transaction_read_only = off');
  await client.query(`alter database ${name} set default_transaction_read_only = ${on ? 'on' : 'off'}`);
  if (on)
    await client.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
  await client.end();
}

async function takeAll(url: string): Promise<pg.Client[]> {
  const clients: pg.Client[] = [];
  for (;;) {
    const client = new pg.Client(url);
    client.on('error', () => undefined);
    try {
      await client.connect();
      clients.push(client);
    } catch {
      return clients;
    }
  }
}
