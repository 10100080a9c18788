/** What an error of the database means for who met it. PostgreSQL's codes are read here and nowhere else. */
import { DatabaseUnavailableError, ProgrammaError, SchemaError } from '../base/errors.js';
import { shellWord } from './schema.js';

const PASSING_CODES = new Set([
  '25006', // read-only: a standby after a failover, before the address has followed
  '40001', // serialization failure
  '40P01', // deadlock
  '55P03', // lock_timeout
  '57014', // the statement was cancelled
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNABORTED',
]);
/** connection faults, resources used up, operator's intervention (shutdown, crash, starting up) */
const PASSING_CLASSES = ['08', '53', '57P'];
/** pg has no code for these. */
const PASSING_MESSAGES =
  /connection terminated|connection ended|timeout exceeded when trying to connect|timeout expired|read timeout|not queryable|client was closed|connection error/i;

interface Coded {
  code?: unknown;
  message?: unknown;
  errors?: unknown;
}

const codeOf = (error: unknown): string => {
  // What was translated already still is what the database said.
  if (error instanceof DatabaseUnavailableError && error.cause !== undefined) return codeOf(error.cause);
  const { code, errors } = (error ?? {}) as Coded;
  // An AggregateError of a name with several addresses carries the code of each.
  if (code === undefined && Array.isArray(errors) && errors.length > 0) return codeOf(errors[0]);
  return typeof code === 'string' ? code : '';
};

/** Whether the same again may well succeed: the database is away, busy or in another's way. */
export function isPassing(error: unknown): boolean {
  if (error instanceof DatabaseUnavailableError) return true;
  if (error instanceof ProgrammaError) return false;
  const code = codeOf(error);
  if (PASSING_CODES.has(code) || PASSING_CLASSES.some((c) => code.startsWith(c))) return true;
  return code === '' && PASSING_MESSAGES.test(String((error as Coded | null)?.message ?? ''));
}

/** Whether others, or its own size, are in the way of it: a smaller batch gets through where a large one does not. */
export const isContended = (error: unknown): boolean => ['40P01', '55P03', '40001', '57014'].includes(codeOf(error));

/** What becomes of a batch that met the error. */
export const verdictOf = (error: unknown): 'aside' | 'repeat' | 'halve' =>
  isContended(error) ? 'aside' : isPassing(error) ? 'repeat' : 'halve';

/** Whether no answer came at all: the other side may have vanished, and every connection to it. */
export const isSilence = (error: unknown): boolean =>
  codeOf(error) === 'ETIMEDOUT' || (codeOf(error) === '' && /read timeout/i.test(String((error as Coded)?.message)));

/** What PostgreSQL says, as opposed to what the system says (EPIPE). */
const SQLSTATE = /^(?!E)[0-9A-Z]{5}$/;

/** Whether the connection itself is of no use any more, or cannot be trusted to be. */
export function breaksConnection(error: unknown): boolean {
  const code = codeOf(error);
  if (SQLSTATE.test(code)) return code.startsWith('08') || code.startsWith('57P') || code === '25006';
  return true;
}

/** unknown completion, and what poolers say of themselves: system and internal errors */
const UNSURE = /^(40003|58|XX)/;

/** Whether the server says that the statement failed, and goes on: then nothing of it can come to pass later. */
export const hasFailed = (error: unknown): boolean => {
  const code = codeOf(error);
  return SQLSTATE.test(code) && !UNSURE.test(code) && !breaksConnection(error);
};

/** Whether the database was not reached, or answered that it cannot serve. */
export const isAway = (error: unknown): boolean => isPassing(error) && !isContended(error);

/** invalid authorization, no such database */
const REFUSED = /^(28...|3D000)$/;

/** Nobody listens there, or there is no such place: by now, or at all. */
const UNREACHED = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;

const MISSING = new Set(['42P01', '3F000', '42703', '42883']);

/** The error as a caller gets it: of our family where it is about the database as a whole. */
export function translated(error: unknown, schema: string): unknown {
  if (error instanceof ProgrammaError) return error;
  // Of a host with several addresses the error has no text of its own.
  const message = String((error as Coded | null)?.message || codeOf(error) || error);
  if (MISSING.has(codeOf(error)))
    return new SchemaError(
      `The tables in the schema "${schema}" are missing or of another version (${message}). Run: npx programma migrate up --schema ${shellWord(schema)}, or start with migrate: true.`,
      { cause: error },
    );
  if (codeOf(error) === '42501')
    return new SchemaError(
      `The role may not do this in the schema "${schema}" (${message}). Migrate with a role that may (npx programma migrate up) and grant this one usage of the schema and select, insert, update, delete on its tables.`,
      { cause: error },
    );
  if (REFUSED.test(codeOf(error)))
    return new DatabaseUnavailableError(
      `The database refused the connection: ${message}. Check user, password and database of the connection (connectionString, or DATABASE_URL).`,
      { cause: error },
    );
  if (UNREACHED.test(codeOf(error)))
    return new DatabaseUnavailableError(
      `The database cannot be reached: ${message}. Check host and port of the connection (connectionString, or DATABASE_URL); if it is only away, it is safe to ask again.`,
      { cause: error },
    );
  if (isPassing(error))
    return new DatabaseUnavailableError(`The database did not do it: ${message}. It is safe to ask again.`, {
      cause: error,
    });
  return error;
}
