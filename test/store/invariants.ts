/** What must be true of the tables at every moment: one query each, all in one snapshot. */
import type { Database } from '../support/database.js';

const INVARIANTS: Record<string, string> = {
  'a created job has one row in the queue, with its own topic, priority and time': `
    select j.id from programma.jobs j where j.state = 'created' and 1 <> (
      select count(*) from programma.queue q
      where q.id = j.id and (q.topic, q.priority, q.run_after) = (j.topic, j.priority, j.run_after))`,
  'whatever is in the queue is a created job': `
    select q.id from programma.queue q left join programma.jobs j on j.id = q.id
    where j.state is distinct from 'created'`,
  'an active or processing job is listed by the claim that it names': `
    select j.id from programma.jobs j left join programma.claims c on c.id = j.claim_id
    where j.state in ('active', 'processing') and (c.id is null or not j.id = any(c.job_ids))`,
  'a claim counts no fewer open jobs than it holds': `
    select c.id from programma.claims c where c.open < (
      select count(*) from programma.jobs j
      where j.claim_id = c.id and j.state in ('active', 'processing'))`,
  'a job is finished when it has a time at which it finished': `
    select id from programma.jobs
    where (state in ('completed', 'failed', 'cancelled')) <> (finished_at is not null)
       or (state = 'failed') <> (failed_at is not null) or (state = 'cancelled') <> (cancelled_at is not null)`,
  'nothing counts below zero, and twenty errors are kept': `
    select id from programma.jobs
    where attempts < 0 or releases < 0 or error_count < 0 or jsonb_array_length(errors) > 20`,
};

/** What is broken, and by which rows; nothing when all is well. */
export async function broken({ pool }: Database): Promise<string[]> {
  const client = await pool.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const faults: string[] = [];
    for (const [promise, sql] of Object.entries(INVARIANTS)) {
      const { rows } = await client.query<{ id: string }>(sql);
      if (rows.length > 0) faults.push(`not true: ${promise}: ${rows.map((row) => row.id).join(', ')}`);
    }
    await client.query('commit');
    return faults;
  } finally {
    client.release();
  }
}
