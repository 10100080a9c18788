/** Every `while` with every `onConflict`, whatever has become of the job that is there, by every way to add. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import type { JobRecord } from '../../lib/job/record.js';
import type { NewJob } from '../../lib/job/spec.js';
import type { Unique } from '../../lib/job/unique.js';
import { Programma } from '../../lib/programma.js';
import { aDatabase, type Database } from '../support/database.js';

let database: Database;
let programma: Programma;
let client: pg.PoolClient;
beforeAll(async () => {
  database = await aDatabase();
  programma = new Programma({ connectionString: database.url, heartBeat: 3600 });
  await programma.connect();
  client = await database.pool.connect();
});
afterAll(async () => {
  client.release();
  await programma.shutdown();
});

const WHILE = { queued: 'queued', unfinished: 'unfinished', seconds: { seconds: 3600 } } as const;
const HOLDERS = {
  waits: async () => true,
  runs: (id: string) => programma.moveJobToProcessing(id),
  'has ended': (id: string) => programma.moveJobToDone(id),
  'was cancelled': (id: string) => programma.cancelJob(id),
  'was deleted': (id: string) => programma.deleteJob(id),
};
type Holder = keyof typeof HOLDERS;
/** Until which of them it holds its key. */
const HELD: Record<keyof typeof WHILE, Holder[]> = {
  queued: ['waits'],
  unfinished: ['waits', 'runs'],
  seconds: ['waits', 'runs', 'has ended'],
};

type Job = NewJob<string> & { unique: Unique };
/** What addJobs says became of it. */
let status: string | undefined;
const WAYS: Record<string, (job: Job) => Promise<string>> = {
  addJob: ({ topic, ...job }) => programma.addJob(topic, job),
  addJobs: async (job) => {
    const [, added] = await programma.addJobs([{ topic: 'other' }, job]);
    status = added?.status;
    return added?.id ?? '';
  },
  'addJob in a transaction': async ({ topic, ...job }) => {
    await client.query('begin');
    try {
      return await programma.addJob(topic, job, { tx: client });
    } finally {
      await client.query('commit');
    }
  },
  'add_job in SQL': async ({ topic, data, priority, runAfterSeconds, unique }) => {
    const seconds = typeof unique.while === 'object' ? unique.while.seconds : null;
    const { rows } = await client.query(
      `select programma.add_job($1, $2, priority => $3, run_after_seconds => $4, unique_key => $5, unique_while => $6,
                                unique_seconds => $7, on_conflict => $8) as id`,
      [
        ...[topic, JSON.stringify(data), priority, runAfterSeconds],
        ...[unique.key, seconds === null ? unique.while : 'unfinished', seconds, unique.onConflict],
      ],
    );
    return rows[0].id;
  },
};

const cases = Object.keys(WAYS).flatMap((way) =>
  (['queued', 'unfinished', 'seconds'] as const).flatMap((held) =>
    (['ignore', 'reject', 'replace', 'reschedule'] as const).map((onConflict) => [way, held, onConflict] as const),
  ),
);

describe.each(cases)('%s, unique while %s, on conflict %s', (way, held, onConflict) => {
  it.each(Object.keys(HOLDERS) as Holder[])('meets a job that %s', async (holder) => {
    const topic = `${way} ${held} ${onConflict} ${holder}`;
    const unique = { key: 'one', while: WHILE[held], onConflict };
    const there = await programma.addJob(topic, { data: 'old', runAfterSeconds: 60, unique });
    await HOLDERS[holder](there);

    const job = { topic, data: 'new', priority: 1, runAfterSeconds: 7200, unique };
    const answer = await WAYS[way]?.(job).catch((error: { code: string }) => error.code);

    const holds = HELD[held].includes(holder);
    const refusal = way === 'add_job in SQL' ? '23505' : 'PROGRAMMA_DUPLICATE_JOB';
    if (!holds) expect(answer).not.toBe(there);
    else expect(answer).toBe(onConflict === 'reject' ? refusal : there);
    const { jobs } = await programma.listJobs({ topic });
    expect(jobs).toHaveLength((holder === 'was deleted' ? 0 : 1) + (holds ? 0 : 1));
    const changed = holder === 'waits' ? onConflict : 'ignore';
    const left = jobs.filter(({ id }) => id === there).map((record) => [record.data, record.priority, isLate(record)]);
    if (way === 'addJobs' && (onConflict !== 'reject' || !holds))
      expect(status).toBe(holds ? STATUS[changed] : 'created');
    if (holder === 'was deleted') expect(left).toEqual([]);
    else if (changed === 'replace') expect(left).toEqual([['new', 1, true]]);
    else expect(left).toEqual([['old', 5, changed === 'reschedule']]);
  });
});

const STATUS = { ignore: 'duplicate', reject: 'duplicate', replace: 'replaced', reschedule: 'rescheduled' };
const isLate = ({ runAfter, createdAt }: JobRecord): boolean => Number(runAfter) - Number(createdAt) > 3_600_000;
