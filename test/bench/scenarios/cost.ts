/** What one job costs from added to completed: log, commits, pages touched, CPU. */
import pg from 'pg';
import type { Bench } from '../bench.js';
import type { Variant } from '../contender.js';
import type { Figures, Metric, Scenario } from '../scenario.js';

const JOBS = 50_000;
const FEWER: Record<string, number> = { 'bullmq-pg': 10_000 };

const metrics = (bytes: string, key: string): Metric[] => [
  { key: `walAdd${key}`, title: `${bytes}: WAL of adding`, unit: 'B/job', better: 'less' },
  { key: `walRun${key}`, title: `${bytes}: WAL from claim to completed`, unit: 'B/job', better: 'less' },
  { key: `commits${key}`, title: `${bytes}: commits`, unit: 'per 1,000', better: 'less' },
  { key: `buffers${key}`, title: `${bytes}: pages touched`, unit: 'per job', better: 'less' },
  { key: `server${key}`, title: `${bytes}: server CPU`, unit: 'µs/job', better: 'less' },
  { key: `client${key}`, title: `${bytes}: client CPU`, unit: 'µs/job', better: 'less' },
];

export const cost: Scenario = {
  name: 'cost',
  about:
    '50,000 jobs (BullMQ 10,000), of 100 B and of 1 kB, added in calls of 1,000 and drained by the same process: what that cost a job, in all. ' +
    'HOT: of every hundred claims, how many updated the record without touching an index.',
  contenders: ['programma', 'limit', 'pg-boss', 'graphile', 'bullmq-pg'],
  metrics: [
    ...metrics('100 B', '100'),
    ...metrics('1 kB', '1000'),
    { key: 'hot', title: 'claims that are HOT', unit: '%', better: 'more' },
  ],
  start: (bench) => ({
    async turn(variant) {
      return { ...(await once(bench, variant, 100)), ...(await once(bench, variant, 1_000)) };
    },
  }),
};

async function once(bench: Bench, variant: Variant, bytes: number): Promise<Figures> {
  const jobs = bench.jobs(FEWER[variant.name] ?? JOBS);
  const { url, free } = await bench.place(variant);
  try {
    // The schema is not the job's cost.
    await bench.on(url, variant, async () => undefined);
    await told();
    const before = await bench.server.work(url);
    let added = 0;
    const client = await bench.on(url, variant, async (agents) => {
      const cpu = await agents.first.ask('cpu');
      await agents.first.ask('load', { jobs, bytes });
      added = await bench.server.walBytes();
      await agents.drain(jobs);
      const spent = (await agents.first.ask('cpu')) - cpu;
      await agents.check(jobs);
      return spent;
    });
    await told();
    const after = await bench.server.work(url);
    const hot = variant.name === 'programma' && bytes === 100 ? { hot: (await hotUpdates(url)) / (jobs / 100) } : {};
    return {
      [`walAdd${bytes}`]: (added - before.walBytes) / jobs,
      [`walRun${bytes}`]: (after.walBytes - added) / jobs,
      [`commits${bytes}`]: ((after.commits - before.commits) / jobs) * 1_000,
      [`buffers${bytes}`]: (after.buffers - before.buffers) / jobs,
      [`server${bytes}`]: ((after.cpuSeconds - before.cpuSeconds) / jobs) * 1e6,
      [`client${bytes}`]: (client / jobs) * 1e6,
      ...hot,
    };
  } finally {
    await free();
  }
}

/** A backend that ends tells its numbers; its end is not waited for by whoever closed the connection. */
const told = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 500));

/** A settlement writes an indexed column and is never HOT, so every HOT update of `jobs` is a claim. */
async function hotUpdates(url: string): Promise<number> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query(
    "select n_tup_hot_upd::float8 as hot from pg_stat_user_tables where schemaname = 'programma' and relname = 'jobs'",
  );
  await client.end();
  return rows[0].hot;
}
