/** The single queries by which the chaos suite judges: each finds the lie that it is for, and none finds fault with the truth. */
import { readFile } from 'node:fs/promises';
import { beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { checks } from '../../chaos/checks.js';
import { TABLES } from '../../chaos/collect.js';
import { atTheEnd } from '../../support/at-the-end.js';
import { aDatabase } from '../../support/database.js';
import { anEngine } from './an-engine.js';

const RUN = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';

/** Testified in microseconds since 1970; the clocks of the processes and of the database are one here. */
const MICROS = '(extract(epoch from clock_timestamp()) * 1000000)::bigint';
const JOB = '(select id from programma.jobs)';

/** What is wrong, by the query that must find it. */
const LIES = {
  'acknowledged-adds-are-there': `insert into chaos.adds values ('${OTHER}', 'within', 'acknowledged', 'p1')`,
  'claims-are-given-once': `insert into chaos.ledger select '${OTHER}', job, attempt, claim, 'p2' from chaos.ledger`,
  'claims-hold-something': `
    insert into programma.claims (worker, lease, expires_at, job_ids, open)
    values ('p1', 30, now(), '{}', 0)`,
  'created-means-queued': `
    insert into programma.queue (topic, priority, run_after, id) values ('work', 5, now(), '${OTHER}')`,
  'effects-happen-once': `insert into chaos.effects values (${JOB}, '${OTHER}')`,
  'every-job-ends-for-a-reason': `update programma.jobs set data = '{"kind":"doomed"}'`,
  'finished-jobs-stay-finished': `insert into chaos.moves (job, was, state) values (${JOB}, 'completed', 'created')`,
  'held-means-claimed': `
    alter table programma.jobs disable trigger note_update;
    update programma.jobs set state = 'active', claim_id = '${OTHER}'`,
  'one-holder-at-a-time': `
    insert into chaos.promises (claim, expires)
    select claim, now() + interval '1 minute' from unnest('{${RUN},${OTHER}}'::uuid[]) claim;
    insert into chaos.ledger (run, job, claim, process, started, ended)
    select claim, ${JOB}, claim, 'p' || n, ${MICROS} + n * 1000, ${MICROS} + 1000000
    from unnest('{${RUN},${OTHER}}'::uuid[]) with ordinality as of (claim, n)`,
  'refused-words-change-nothing': `
    insert into chaos.moves (job, was, state, claim, run) values (${JOB}, 'active', 'completed', '${OTHER}', '${RUN}')`,
  'rolled-back-adds-are-not-there': `insert into chaos.adds values (${JOB}, 'within', 'rolled back', 'p1')`,
};

let client: pg.Client;

beforeAll(async () => {
  const database = await aDatabase();
  client = new pg.Client(database.url);
  await client.connect();
  atTheEnd(() => client.end());
  await client.query(await readFile(new URL('../../chaos/testimony.sql', import.meta.url), 'utf8'));
  await client.query(TABLES);
  const programma = await anEngine({ connectionString: database.url });
  programma.processJobs({ topicName: 'work', completion: 'auto' }, () => ({ run: RUN }));
  const id = await programma.addJob('work', { data: { kind: 'within' } });
  await programma.waitForJob(id);
  await client.query(`
    insert into chaos.clock values (0);
    insert into chaos.adds select id, 'within', 'acknowledged', 'p1' from programma.jobs;
    insert into chaos.effects values (${JOB}, '${RUN}');
    insert into chaos.ledger select '${RUN}', id, 1, claim_id, 'p1', 'within', ${MICROS}, null, null, null, ${MICROS}
    from programma.jobs`);
});

async function broken(lie = ''): Promise<string[]> {
  await client.query('begin');
  await client.query(lie);
  const found = (await checks(client)).filter((check) => check.broken.length > 0).map(({ name }) => name);
  await client.query('rollback');
  return found;
}

it('find no fault with what is true', async () => {
  expect(await broken()).toEqual([]);
});

it('are each tried here', async () => {
  expect((await checks(client)).map(({ name }) => name)).toEqual(Object.keys(LIES));
});

it.each(Object.entries(LIES))('%s finds its lie, and no other query does', async (name, lie) => {
  // A job that is held has not come to its end either.
  const also = name === 'held-means-claimed' ? ['every-job-ends-for-a-reason'] : [];
  expect(await broken(lie)).toEqual([...also, name]);
});
