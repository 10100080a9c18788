/** The rows of the tables: each contender with its settings, and where its documentation says so. */
import type { Variant } from '../contender.js';
import { BareSql } from './limit.js';
import { ProgrammaContender } from './programma.js';

const peers = (file: string) => new URL(`../peers/${file}.ts`, import.meta.url).href;
// The peers are packages of this suite alone: whoever measures only ours needs none of them.
const pgBoss = () => import(peers('pg-boss')) as Promise<typeof import('../peers/pg-boss.js')>;
const graphile = () => import(peers('graphile-worker')) as Promise<typeof import('../peers/graphile-worker.js')>;
const bullmq = () => import(peers('bullmq')) as Promise<typeof import('../peers/bullmq.js')>;

const BULL_CONCURRENCY = 'docs.bullmq.io/guide/workers/concurrency';
const BULL_BENCH = 'github.com/taskforcesh/bullmq-bench, src/bullmq-suite.ts, "worker-concurrent"';
const GRAPHILE = 'worker.graphile.org/docs/performance';
const PG_BOSS = 'github.com/timgit/pg-boss, docs/api/workers.md and types.d.ts of 12.38';

const ourClaim = /programma:claim-jobs/;
const bossClaim = /skip locked/i;
const graphileClaim = /skip locked/i;
const bullClaim = /move_to_active|moveToActive|move_to_finished/i;

export const VARIANTS: readonly Variant[] = [
  {
    name: 'programma',
    title: 'Programma',
    on: 'postgresql',
    claim: ourClaim,
    settings: [{ what: 'maxJobs 1000', says: 'places of a handler; all else by default', where: 'README, options' }],
    make: async () => new ProgrammaContender(1_000),
  },
  {
    name: 'programma-default',
    title: 'Programma, all defaults',
    on: 'postgresql',
    claim: ourClaim,
    settings: [{ what: '(none)', says: 'maxJobs 10', where: 'README, options' }],
    make: async () => new ProgrammaContender(undefined),
  },
  {
    name: 'limit',
    title: 'limit: the bare SQL of Programma',
    on: 'postgresql',
    settings: [{ what: 'two connections, 500 a claim', says: 'no engine above the statements', where: 'test/bench' }],
    make: async () => new BareSql(),
  },
  {
    name: 'pg-boss',
    title: 'pg-boss',
    on: 'postgresql',
    claim: bossClaim,
    settings: [
      { what: 'batchSize 1000', says: 'The number of jobs to fetch.', where: PG_BOSS },
      {
        what: 'burstWhenBatchFull',
        says: 'While each fetch returns a full batchSize batch … the worker keeps fetching continuously with no delay',
        where: PG_BOSS,
      },
      { what: 'localConcurrency 2', says: 'Number of workers to spawn for this queue (per-node).', where: PG_BOSS },
      {
        what: 'useListenNotify, notify',
        says: 'workers on notify-enabled queues are woken the moment a job is created',
        where: PG_BOSS,
      },
      { what: 'pollingIntervalSeconds 0.5', says: 'Must be >= 0.5 (500 ms).', where: PG_BOSS },
    ],
    make: async () => {
      const { PgBossContender } = await pgBoss();
      const polling = { pollingIntervalSeconds: 0.5, notifyPollingIntervalSeconds: 0.5, burstWhenBatchFull: true };
      return new PgBossContender({ listenNotify: true, work: { batchSize: 1_000, localConcurrency: 2, ...polling } });
    },
  },
  {
    name: 'pg-boss-default',
    title: 'pg-boss, all defaults',
    on: 'postgresql',
    claim: bossClaim,
    settings: [
      { what: '(none)', says: 'The default options for work() is 1 job every 2 seconds.', where: PG_BOSS },
      { what: '(no second row)', says: 'pg-boss publishes no benchmark of its own', where: 'its docs and repository' },
    ],
    make: async () => new (await pgBoss()).PgBossContender({ listenNotify: false, work: {} }),
  },
  {
    name: 'graphile',
    title: 'Graphile Worker, as its published benchmark',
    on: 'postgresql',
    claim: graphileClaim,
    settings: [
      { what: 'concurrentJobs 24, maxPoolSize 25', says: 'concurrentJobs: 24, maxPoolSize: 25', where: GRAPHILE },
      { what: 'localQueue.size 500', says: 'localQueue: { size: 500 }', where: GRAPHILE },
      { what: 'completeJobBatchDelay 0', says: 'completeJobBatchDelay: 0, failJobBatchDelay: 0', where: GRAPHILE },
    ],
    make: async () => {
      const batching = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
      return new (await graphile()).GraphileWorkerContender({
        worker: { concurrentJobs: 24, maxPoolSize: 25, ...batching },
      });
    },
  },
  {
    name: 'graphile-tuned',
    title: 'Graphile Worker, tuned by its docs',
    on: 'postgresql',
    claim: graphileClaim,
    settings: [
      { what: 'concurrentJobs 10', says: 'maxPoolSize is 10 by default', where: 'worker.graphile.org/docs/config' },
      {
        what: 'localQueue.size 11',
        says: 'A good starting point is often concurrentJobs + 1',
        where: 'types of 0.18, worker.localQueue',
      },
      {
        what: 'completeJobBatchDelay 0',
        says: 'batching of job completion can be enabled by … 0 or higher',
        where: GRAPHILE,
      },
    ],
    make: async () => {
      const batching = { localQueue: { size: 11 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
      return new (await graphile()).GraphileWorkerContender({ worker: { concurrentJobs: 10, ...batching } });
    },
  },
  {
    name: 'graphile-default',
    title: 'Graphile Worker, all defaults',
    on: 'postgresql',
    claim: graphileClaim,
    settings: [
      { what: '(none)', says: 'concurrentJobs 1, pollInterval 2000', where: 'worker.graphile.org/docs/config' },
    ],
    make: async () => new (await graphile()).GraphileWorkerContender({}),
  },
  {
    name: 'bullmq-pg',
    title: 'BullMQ on PostgreSQL',
    on: 'postgresql',
    claim: bullClaim,
    settings: [
      { what: 'concurrency 50', says: '{ concurrency: 50 }', where: BULL_CONCURRENCY },
      {
        what: 'max 50',
        says: 'Give each backend enough pool connections (max) for its concurrency',
        where: 'docs.bullmq.io/guide/postgresql, tuning tips',
      },
    ],
    make: async () => new (await bullmq()).BullOnPostgresContender({ concurrency: 50, max: 50 }),
  },
  {
    name: 'bullmq-pg-published',
    title: 'BullMQ on PostgreSQL, as its published benchmark',
    on: 'postgresql',
    claim: bullClaim,
    settings: [{ what: 'concurrency 10', says: 'workerOptions: { concurrency: 10 }', where: BULL_BENCH }],
    make: async () => new (await bullmq()).BullOnPostgresContender({ concurrency: 10 }),
  },
  {
    name: 'bullmq-redis',
    title: 'BullMQ on Redis',
    on: 'redis',
    settings: [{ what: 'concurrency 50', says: '{ concurrency: 50 }', where: BULL_CONCURRENCY }],
    make: async () => new (await bullmq()).BullOnRedisContender({ concurrency: 50 }),
  },
  {
    name: 'bullmq-redis-published',
    title: 'BullMQ on Redis, as its published benchmark',
    on: 'redis',
    settings: [{ what: 'concurrency 10', says: 'workerOptions: { concurrency: 10 }', where: BULL_BENCH }],
    make: async () => new (await bullmq()).BullOnRedisContender({ concurrency: 10 }),
  },
];

export function variant(name: string): Variant {
  const found = VARIANTS.find((one) => one.name === name);
  if (!found) throw new Error(`No contender "${name}". There are: ${VARIANTS.map((one) => one.name).join(', ')}`);
  return found;
}
