/**
 * A process that waits for `go` and then adds two hundred jobs of ten keys at once: alone, many in one call in any order
 * of their keys, and in transactions of which some roll back. It says which job it was told has which key.
 */
import pg from 'pg';
import type { Unique } from '../../lib/job/unique.js';
import { Programma } from '../../lib/programma.js';

const { DATABASE_URL: url = '', TOPIC: topic = '' } = process.env;
const programma = new Programma({ connectionString: url, addTimeoutSeconds: 60 });
await programma.connect();
const pool = new pg.Pool({ connectionString: url, max: 5 });
const listener = new pg.Client(url);
await listener.connect();
await listener.query('listen go');

const CONFLICTS: Unique['onConflict'][] = ['ignore', 'replace', 'reschedule', 'reject'];
type Told = [key: string, id: string];

const jobOf = (i: number, onConflict = CONFLICTS[i % CONFLICTS.length]) => ({
  topic,
  data: i,
  runAfterSeconds: 3600 + (i % 7),
  unique: { key: `key ${i % 10}`, onConflict },
});

async function alone(i: number): Promise<Told[]> {
  const { topic, ...job } = jobOf(i);
  const id = programma.addJob(topic, job).catch((error: { id?: string }) => error.id ?? String(error));
  return [[job.unique.key, await id]];
}

/** Three of the keys, the first of them once more: up in one call, down in the next, round the end in another. */
async function together(i: number, tx?: pg.ClientBase): Promise<Told[]> {
  const step = Math.floor(i / 10) % 2 ? 1 : 9;
  const jobs = [i, i + step, i + 2 * step, i].map((n) => jobOf(n, CONFLICTS[i % 3]));
  const added = await programma.addJobs(jobs, tx && { tx });
  return added.map(({ id }, n) => [jobs[n]?.unique.key ?? '', id]);
}

async function inTransaction(i: number): Promise<Told[]> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const told = await together(i, client);
    const commits = i % 4 < 2;
    await client.query(commits ? 'commit' : 'rollback');
    return commits ? told : [];
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

const WAYS = [alone, together, alone, inTransaction];

listener.on('notification', async () => {
  const failures: string[] = [];
  const told = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      (WAYS[i % 5] ?? alone)(i).catch((error) => {
        failures.push(String(error));
        return [];
      }),
    ),
  );
  console.log(JSON.stringify({ event: 'done', told: told.flat(), failures }));
  await Promise.all([listener.end(), pool.end(), programma.shutdown()]);
});
console.log(JSON.stringify({ event: 'ready' }));
