/** Fills the tables in SQL, as fast as the server can, with jobs of every kind. */
import type { Database } from '../../support/database.js';

export const TOPIC = 'mail.welcome';

/** How many of each kind. */
export interface Load {
  readonly due: number;
  readonly future: number;
  /** In claims of a hundred. */
  readonly active: number;
  readonly processing: number;
  /** Of each: completed, failed, cancelled. */
  readonly finished: number;
}

/** Ids are `uuid(kind, n)`: a test names the n-th job of a kind without having read it. */
export const KINDS = { due: 1, future: 2, active: 3, processing: 4, completed: 5, failed: 6, cancelled: 7 } as const;
export type Kind = keyof typeof KINDS;

export const idOf = (kind: Kind | 'claim', n: number): string =>
  `00000000-000${kind === 'claim' ? 8 : KINDS[kind]}-7000-8000-${n.toString(16).padStart(12, '0')}`;

export const idsOf = (kind: Kind, from: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => idOf(kind, from + i));

export const claimOf = (n: number): string => idOf('claim', Math.floor(n / CLAIM));

const CLAIM = 100;
const id = (kind: number) => `('00000000-000${kind}-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`;

/** Nobody analyzes the tables behind the test's back. */
export async function withoutAutovacuum({ query }: Database): Promise<void> {
  for (const table of ['jobs', 'queue', 'claims', 'topics'])
    await query(`alter table programma.${table} set (autovacuum_enabled = off)`);
}

/** What is loaded need not survive a crash. Plans do not depend on it. */
export async function withoutLog({ query }: Database): Promise<void> {
  for (const table of ['jobs', 'queue', 'claims']) await query(`alter table programma.${table} set unlogged`);
}

/** @param from the number of the first of each kind */
export async function load({ query }: Database, count: Load, from = 0): Promise<void> {
  const insert = (kind: Kind, n: number, columns: string, values: string) =>
    query(
      `insert into programma.jobs (id, topic, priority, ${columns})
       select ${id(KINDS[kind])}, '${TOPIC}', n % 10, ${values} from generate_series(${from}, ${from + n - 1}) n`,
    );
  await insert('due', count.due, 'run_after, data', `now() - ${past}, '{"user": 1}'`);
  await insert('future', count.future, 'run_after', `now() + interval '1 day' + n * interval '1 s'`);
  await query(`insert into programma.queue select topic, priority, run_after, id from programma.jobs
               where state = 'created' on conflict do nothing`);
  await insert(
    'active',
    count.active,
    'state, attempts, started_at, claim_id',
    `'active', 1, now(), ${claimId(CLAIM)}`,
  );
  await insert('processing', count.processing, 'state, started_at, claim_id', `'processing', now(), ${heldId}`);
  await insert('completed', count.finished, 'state, finished_at', `'completed', now() - ${past}`);
  await insert('failed', count.finished, 'state, finished_at, failed_at', `'failed', now() - ${past}, now() - ${past}`);
  await insert(
    'cancelled',
    count.finished,
    'state, finished_at, cancelled_at',
    `'cancelled', now() - ${past}, now() - ${past}`,
  );
  await query(`insert into programma.claims (id, expires_at, lease, open, worker, job_ids)
               select claim_id, case state when 'active' then now() + interval '1 hour' else 'infinity' end,
                      case state when 'active' then 3600 else 'Infinity'::float8 end, count(*),
                      case state when 'active' then claim_id::text else 'by hand' end, array_agg(id order by id)
               from programma.jobs where state in ('active', 'processing') group by claim_id, state
               on conflict do nothing`);
}

const past = `(interval '1 day' + n * interval '1 ms')`;
const claimId = (size: number) => `('00000000-0008-7000-8000-' || lpad(to_hex(n / ${size}), 12, '0'))::uuid`;
const heldId = `('00000000-0009-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`;
