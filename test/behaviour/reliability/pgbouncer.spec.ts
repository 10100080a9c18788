/** Behind the real PgBouncer in transaction mode: everything works, and that notifications do not come is noticed. */
import { beforeAll, expect, it } from '@jest/globals';
import { aDatabase, type Database } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { aPgBouncer } from '../../support/pgbouncer.js';
import { anEngine } from './an-engine.js';

let database: Database;
let pooled: string;

beforeAll(async () => {
  database = await aDatabase();
  pooled = await aPgBouncer(database.url, { poolSize: 3 });
});

it('runs jobs, retries them, and renews their leases', async () => {
  const programma = await anEngine({ connectionString: pooled, preparedStatements: false });
  programma.processJobs(
    { topicName: 'a', completion: 'auto', maxJobs: 20, backoff: { type: 'fixed', seconds: 0 } },
    async ({ data, attempt }) => {
      if (data === 0) await new Promise((resolve) => setTimeout(resolve, 2_500));
      if (attempt === 1 && Number(data) % 2) throw new Error('once');
    },
  );
  const ids = await Promise.all(
    Array.from({ length: 60 }, (_, data) => programma.addJob('a', { data, retryAfterSeconds: 1 })),
  );
  const jobs = await Promise.all(ids.map((id) => programma.waitForJob(id)));
  expect(jobs.map((job) => job.state)).toEqual(ids.map(() => 'completed'));
  expect(jobs.map((job) => job.attempts)).toEqual(ids.map((_, i) => 1 + (i % 2)));
});

it('notices by itself that notifications do not arrive, says so once, and finds jobs at its heartBeat', async () => {
  const states: string[] = [];
  const programma = await anEngine({ connectionString: pooled, preparedStatements: false, heartBeat: 1 }, (p) => {
    p.on('listen', ({ state }) => states.push(state));
    p.processJobs({ topicName: 'b', completion: 'auto' }, () => 'found');
  });
  await eventually(async () => states.length > 0);
  const producer = await anEngine({ connectionString: database.url, workers: false });
  const id = await producer.addJob('b');
  expect(await producer.waitForJob(id, { timeoutSeconds: 5 })).toMatchObject({ result: 'found' });
  expect(states).toEqual(['polling']);
  expect(await programma.health()).toMatchObject({ listen: 'polling', database: 'up' });
});

it('adds inside the transaction of a caller', async () => {
  const programma = await anEngine({ connectionString: pooled, preparedStatements: false, workers: false });
  const { default: pg } = await import('pg');
  const client = new pg.Client(pooled);
  await client.connect();
  await client.query('begin');
  const id = await programma.addJob('c', {}, { tx: client });
  expect(await programma.getJob(id)).toBeNull();
  await client.query('commit');
  await client.end();
  expect(await programma.getJob(id)).toMatchObject({ state: 'created' });
});

it('hears notifications of a server that it reaches without a pooler', async () => {
  const programma = await anEngine({ connectionString: database.url }, (p) =>
    p.processJobs({ topicName: 'd', completion: 'auto' }, () => 'heard'),
  );
  await eventually(async () => (await programma.health()).listen === 'live');
});
