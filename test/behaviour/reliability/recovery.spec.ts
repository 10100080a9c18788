/** When a process dies its jobs run elsewhere as soon as their lease is over. */
import { expect, it } from '@jest/globals';
import { aDatabase } from '../../support/database.js';
import { aProcess } from '../../support/process.js';
import { anEngine, next } from './an-engine.js';

const WORKER = new URL('./worker.ts', import.meta.url);

interface Held {
  claim: string;
  expires: number;
}

/** The claim that holds a job, and when it ends, in milliseconds since 1970. */
const HELD = `
  select j.claim_id as claim, extract(epoch from c.expires_at)::float8 * 1000 as expires
  from programma.jobs j join programma.claims c on c.id = j.claim_id where j.id = $1`;

it('runs the jobs of a killed process elsewhere within a second of the end of their lease', async () => {
  const database = await aDatabase();
  const lost = aProcess(WORKER, { DATABASE: database.url });
  await lost.until('ready');
  const programma = await anEngine({ connectionString: database.url, heartBeat: 2, workers: true });
  const id = await programma.addJob('work', { data: { do: 'sleep', ms: 60_000 }, retryAfterSeconds: 2 });
  await lost.until('started');
  programma.processJobs({ topicName: 'work', completion: 'auto' }, () => 'here');
  // It has been renewed once at least.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const claiming = next(programma, 'job:claimed');
  lost.kill('SIGKILL');
  await lost.exited;
  const [held] = await database.query<Held & { [column: string]: unknown }>(HELD, [id]);
  const claimed = await claiming;
  const lateMs = Date.now() - Number(held?.expires);
  expect(claimed.job).toMatchObject({ id, attempt: 2 });
  expect(lateMs).toBeGreaterThan(-50);
  expect(lateMs).toBeLessThan(1_000);
});

it.each([
  ['as its producer says', { maxAttempts: 3 }, {}],
  ['as its handler says', {}, { ATTEMPTS: '3' }],
])(
  'fails a job that kills its process three times, %s, also when nobody who finds it has a handler',
  async (_, said, env) => {
    const database = await aDatabase();
    // It works on something else, and finds what others left.
    const finder = await anEngine({ connectionString: database.url, heartBeat: 1 }, (p) =>
      p.processJobs({ topicName: 'other', completion: 'auto' }, () => undefined),
    );
    const failed = next(finder, 'job:failed');
    const id = await finder.addJob('work', { data: { do: 'die' }, retryAfterSeconds: 1, ...said });
    for (let life = 1; life <= 3; life++) {
      const worker = aProcess(WORKER, { DATABASE: database.url, HEARTBEAT: '1', ...env });
      await worker.until('started', 15_000);
      expect(await worker.exited).toMatchObject({ signal: 'SIGKILL' });
    }
    expect((await failed).job).toMatchObject({ id, attempt: 3 });
    const job = await finder.getJob(id);
    expect(job).toMatchObject({ state: 'failed', attempts: 3 });
    expect(job?.errors.map((e) => e.message)).toEqual(Array(3).fill(expect.stringMatching('^lease expired')));
  },
);

it('takes back the jobs of a dead process although many earlier ones are locked by somebody', async () => {
  const database = await aDatabase();
  const programma = await anEngine({ connectionString: database.url, heartBeat: 1 }, (p) =>
    p.processJobs({ topicName: 'other', completion: 'auto' }, () => undefined),
  );
  const dead = await deadClaims(database, 30);
  const locker = await database.pool.connect();
  await locker.query('begin');
  await locker.query('select from programma.jobs where id = any($1) for update', [dead.slice(0, 25)]);
  try {
    const last = await programma.waitForJob(dead.at(-1) ?? '', { timeoutSeconds: 5 });
    expect(last.state).toBe('failed');
  } finally {
    await locker.query('rollback');
    locker.release();
  }
});

it('finds a lease that is shorter than its heartBeat at the latest one heartBeat after its end', async () => {
  const database = await aDatabase();
  const programma = await anEngine({ connectionString: database.url, heartBeat: 3 }, (p) =>
    p.processJobs({ topicName: 'work', completion: 'auto' }, () => undefined),
  );
  // It has just looked, and nothing was claimed: of what comes now it does not know.
  await programma.waitForJob(await programma.addJob('work'));
  const claimed = next(programma, 'job:claimed');
  const [id] = await deadClaims(database, 1, { inMs: 500, maxAttempts: null });
  const [held] = await database.query<Held & { [column: string]: unknown }>(HELD, [id]);
  expect((await claimed).job).toMatchObject({ id, attempt: 2 });
  expect(Date.now() - Number(held?.expires)).toBeLessThan(3_000);
});

/** Jobs whose claims end one after the other, the last one last: by default a second ago, with no attempt left. */
async function deadClaims(
  database: Awaited<ReturnType<typeof aDatabase>>,
  n: number,
  { inMs = -1_000, maxAttempts = 1 }: { inMs?: number; maxAttempts?: number | null } = {},
): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    `with held as (
       insert into programma.jobs (id, topic, state, claim_id, attempts, max_attempts, run_after)
       select gen_random_uuid(), 'work', 'active', gen_random_uuid(), 1, $2::int, now() + i * interval '1 ms'
       from generate_series(1, $1::int) i returning id, claim_id, run_after),
     promised as (
       insert into programma.claims (id, worker, lease, expires_at, job_ids, open)
       select claim_id, 'dead', 1, run_after + $3::float8 * interval '1 ms', array[id], 1 from held)
     select id from held order by run_after`,
    [n, maxAttempts, inMs],
  );
  return rows.map((row) => row.id);
}
