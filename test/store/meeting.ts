/** Lets two statements meet: one has done its work and not committed, the other runs into it. */

import type { Database } from '../support/database.js';
import { eventually } from '../support/eventually.js';

/** Resolves when somebody in this database waits for a lock. */
export async function somebodyWaits({ query, name }: Database): Promise<void> {
  await eventually(async () => {
    const [row] = await query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where datname = $1 and wait_event_type = 'Lock'`,
      [name],
    );
    return (row?.n ?? 0) > 0;
  });
}

/** Starts `second`, waits until it stands before a lock, then ends the first one's transaction. */
export async function after<T>(database: Database, first: () => Promise<void>, second: () => Promise<T>): Promise<T> {
  const answer = second();
  // Its failure is met below, not as an unhandled rejection meanwhile.
  answer.catch(() => undefined);
  await Promise.race([somebodyWaits(database), answer]);
  await first();
  return answer;
}
