/** One process of the fleet: it adds jobs, runs them, and testifies, until it is told or struck. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Job } from '../../lib/engine.js';
import { Chance } from './chance.js';
import { keepJournal } from './journal.js';
import { Ledger } from './ledger.js';
import { nowMicros } from './now.js';
import { produce, produceInBursts } from './producer.js';
import { type Order, perform } from './work.js';

const {
  ENGINE = '',
  DATABASE = '',
  WITNESS = '',
  NAME = '',
  SEED = '0',
  JOURNAL = '',
  LEASE = '2',
  QUIET = '',
} = process.env;
const say = (event: string): void => console.log(JSON.stringify({ event }));

const claims = new Map<string, string>();
const journal = keepJournal(JOURNAL, (id, attempt, claim) => claims.set(`${id} ${attempt}`, claim));
const ledger = new Ledger(WITNESS, NAME);
const { Programma } = (await import(ENGINE)) as typeof import('../../lib/engine.js');
const programma = new Programma({
  connectionString: DATABASE,
  migrate: false,
  heartBeat: 2,
  shutdownTimeoutSeconds: 1,
  addTimeoutSeconds: 15,
  jobs: { retryAfterSeconds: Number(LEASE) },
  logger: false,
});

async function transaction<T>(work: (tx: never) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: DATABASE, connectionTimeoutMillis: 5_000, query_timeout: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('begin');
    const result = await work(client as never);
    await client.query('commit');
    return result;
  } finally {
    // Ends without a word where nobody listens any more.
    void client.end().catch(() => undefined);
  }
}

async function handle(job: Job<Order>): Promise<unknown> {
  const started = nowMicros();
  const run = randomUUID();
  const claim = claims.get(`${job.id} ${job.attempt}`) ?? '';
  job.signal.addEventListener('abort', () => journal.lost(run, (job.signal.reason as Error).name));
  await ledger.started({ run, job: job.id, attempt: job.attempt, claim, kind: job.data.kind }, started);
  try {
    return await perform(job, run, {
      programma,
      transaction: transaction as never,
      handsOver: () => journal.handed(run),
    });
  } finally {
    journal.ended(run);
  }
}

programma.processJobs<Order>(
  { topicName: 'chaos', completion: 'auto', maxJobs: 12, backoff: { type: 'fixed', seconds: 0.2, jitter: true } },
  handle,
);

for (;;) {
  try {
    await programma.start();
    break;
  } catch {
    await sleep(200);
  }
}
say('ready');

const quiet = new AbortController();
const hear = (): void => void (existsSync(QUIET) && quiet.abort());
hear();
setInterval(hear, 250).unref();
const chance = new Chance(Number(SEED));
const producing = process.env.BURSTS
  ? produceInBursts(programma, ledger, chance, quiet.signal)
  : produce(programma, ledger, transaction as never, chance, quiet.signal);

process.on('SIGTERM', () => {
  quiet.abort();
  void Promise.all([programma.shutdown(), producing])
    .then(() => ledger.close())
    .then(() => process.exit(0));
});
