/** What happens to a job while it lives touches no index of its record. */
import { beforeAll, expect, it } from '@jest/globals';
import type { ClaimedJob } from '../../../lib/job/record.js';
import { specOf } from '../../../lib/job/spec.js';
import { aDatabase, type Database } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { aStore, type Store } from '../a-store.js';
import { withoutAutovacuum } from './load.js';

const JOBS = 2_000;

let database: Database;
let store: Store;
let jobs: readonly ClaimedJob[];

beforeAll(async () => {
  database = await aDatabase();
  store = aStore(database.url);
  await withoutAutovacuum(database);
  const data = { to: 'somebody@example.org', text: 'x'.repeat(200) };
  const defaults = { retryAfterSeconds: 30, priority: 5 };
  await store.adding.insert(Array.from({ length: JOBS }, () => specOf('topic', { data, attributes: {} }, defaults)));
});

it('claims jobs with HOT updates only', async () => {
  const before = await updates();
  jobs = await store.claim(JOBS);
  expect(await updates()).toEqual({ all: before.all + JOBS, hot: before.hot + JOBS });
});

it('writes progress with HOT updates only', async () => {
  await nobodyNeedsWhatWas();
  const before = await updates();
  await store.claims.reportProgress(jobs.map(({ id, claimId }) => ({ id, claimId, progress: '{"percent":50}' })));
  expect(await updates()).toEqual({ all: before.all + JOBS, hot: before.hot + JOBS });
}, 90_000);

it('renews claims without writing a row of jobs', async () => {
  const before = await updates();
  const [job] = jobs;
  expect(await store.claims.renew([job?.claimId ?? ''], jobs, 10_000)).toEqual([]);
  expect(await updates()).toEqual(before);
});

/**
 * The room for a third version of a row is that of its first, which no transaction may need any more; one that writes
 * counts whatever its database, and other specs fill millions of rows in theirs.
 */
async function nobodyNeedsWhatWas(): Promise<void> {
  const [claimed] = await store.db.text('select pg_current_xact_id()::text as xid');
  await eventually(async () => {
    const [oldest] = await store.db.text('select pg_snapshot_xmin(pg_current_snapshot())::text as xid');
    return BigInt(oldest?.xid ?? 0) > BigInt(claimed?.xid ?? 0);
  }, 60_000);
}

/** How many updates of jobs there have been. A backend tells its numbers when it is next idle, or is asked to. */
async function updates(): Promise<{ all: number; hot: number }> {
  await store.db.text('select pg_stat_force_next_flush()');
  const [row] = await store.db.text(
    `select n_tup_upd as all, n_tup_hot_upd as hot from pg_stat_user_tables where relid = 'programma.jobs'::regclass`,
  );
  return { all: Number(row?.all), hot: Number(row?.hot) };
}
