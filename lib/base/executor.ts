/** A caller's transaction as this house sees it. */
import { NoTransactionError } from './errors.js';

/**
 * Anything that runs a statement inside somebody's transaction: a client of pg between `begin` and `commit`, or an
 * ORM's transaction through its function in `programma/transaction/…`.
 */
export interface Executor {
  query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>;
}

/**
 * Refuses, before anything is asked, what cannot be a transaction. What looks like one is asked itself (store/database).
 * @throws NoTransactionError
 */
export function checkExecutor(tx: unknown): void {
  const given = tx as { query?: unknown; totalCount?: unknown } | null;
  if (given === null || typeof given !== 'object' || typeof given.query !== 'function')
    throw new NoTransactionError(
      `tx is ${nameOf(tx)}, which has no query(text, values). Give a client of pg, or wrap an ORM's transaction with its function from programma/transaction/typeorm, prisma, drizzle, knex, kysely or mikro-orm.`,
    );
  if (typeof given.totalCount === 'number')
    throw new NoTransactionError(
      'tx is a Pool, whose statements each run on any connection, in a transaction of their own. Take one of its clients: ' +
        "const client = await pool.connect(); await client.query('begin'); … { tx: client }.",
    );
}

/** What a statement answers in the column `answer` of its only row. */
export async function answerOf(tx: Executor, text: string, values: unknown[]): Promise<string | null> {
  const result: unknown = await tx.query(text, values);
  // Some give the rows themselves.
  const rows: unknown = Array.isArray(result) ? result : (result as { rows?: unknown } | null)?.rows;
  const answer: unknown = Array.isArray(rows) ? (rows[0] as { answer?: unknown } | undefined)?.answer : undefined;
  if (answer === null || typeof answer === 'string') return answer;
  throw new NoTransactionError(
    'tx.query(text, values) did not give { rows } of objects by column name, as a client of pg does. Wrap an ORM with its function from programma/transaction/….',
  );
}

function nameOf(value: unknown): string {
  if (value === null || typeof value !== 'object') return value === null ? 'null' : `a ${typeof value}`;
  return `an object of the class ${value.constructor?.name || 'Object'}`;
}
