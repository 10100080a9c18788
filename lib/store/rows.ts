/** Between values and their texts: the one place that knows how PostgreSQL writes them. */
import { type ClaimedJob, inTurn, type JobFault, type JobRecord } from '../job/record.js';
import type { JobState } from '../job/states.js';
import type { Row } from './database.js';

/** A parameter of numbers or uuids, in fewer steps than the driver's own arrays. */
export const array = (values: readonly (string | number | null)[]): string =>
  `{${values.map((v) => v ?? 'NULL').join(',')}}`;

export const text = (row: Row, column: string): string => row[column] ?? '';
export const number = (row: Row, column: string): number => Number(row[column]);
export const numberOrNull = (row: Row, column: string): number | null => {
  const value = row[column];
  return value === null || value === undefined ? null : Number(value);
};
export const yes = (row: Row, column: string): boolean => row[column] === 't' || row[column] === 'true';
export const json = (row: Row, column: string): unknown => {
  const value = row[column];
  return value === null || value === undefined ? null : JSON.parse(value);
};
const date = (row: Row, column: string): Date => new Date(number(row, column));
const dateOrNull = (row: Row, column: string): Date | null => (row[column] === null ? null : date(row, column));

/** The jobs of a claim, sorted as they should run. */
export function toClaimed(rows: readonly Row[]): ClaimedJob[] {
  const jobs: ClaimedJob[] = [];
  for (const row of rows) if (row.id !== null) jobs.push(claimed(row, jobs.at(-1)));
  return inTurn(jobs);
}

const shared = (kept: string | undefined, said: string): string => (kept === said ? kept : said);

/** Neighbours mostly have one topic and one claim: a text that they share is kept, and hashed, once. */
const claimed = (row: Row, neighbour: ClaimedJob | undefined): ClaimedJob => ({
  id: text(row, 'id'),
  topic: shared(neighbour?.topic, text(row, 'topic')),
  claimId: shared(neighbour?.claimId, text(row, 'claim_id')),
  priority: number(row, 'priority'),
  attempt: number(row, 'attempts'),
  maxAttempts: numberOrNull(row, 'max_attempts'),
  releases: number(row, 'releases'),
  leaseSeconds: number(row, 'lease'),
  createdMs: number(row, 'created_ms'),
  runAfterMicros: number(row, 'run_after_micros'),
  waitedMs: number(row, 'waited_ms'),
  tickMs: numberOrNull(row, 'tick_ms'),
  data: row.data ?? null,
  attributes: row.attributes ?? null,
});

export const toRecord = (row: Row): JobRecord => ({
  id: text(row, 'id'),
  topic: text(row, 'topic'),
  state: text(row, 'state') as JobState,
  priority: number(row, 'priority'),
  data: json(row, 'data'),
  attributes: json(row, 'attributes') as Record<string, unknown> | null,
  runAfter: date(row, 'run_after_ms'),
  retryAfterSeconds: number(row, 'retry_after_seconds'),
  attempts: number(row, 'attempts'),
  maxAttempts: numberOrNull(row, 'max_attempts'),
  createdAt: date(row, 'created_ms'),
  startedAt: dateOrNull(row, 'started_ms'),
  finishedAt: dateOrNull(row, 'finished_ms'),
  tick: dateOrNull(row, 'tick_ms'),
  result: json(row, 'result'),
  errors: (json(row, 'errors') ?? []) as JobFault[],
  errorCount: number(row, 'error_count'),
  progress: json(row, 'progress'),
});
