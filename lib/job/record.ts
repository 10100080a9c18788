/** What is known of a job: the record that people read, and the part of it that a worker gets. */
import type { JobState } from './states.js';

/** One entry of a record's `errors`. */
export interface JobFault {
  /** The number of the attempt, from 1. */
  attempt: number;
  /** ISO-8601, by the database's clock. */
  at: string;
  name: string;
  message: string;
  /** Up to 4 kB. */
  stack?: string;
}

/** A job as the database has it: plain data, a copy of the moment it was read. */
export interface JobRecord {
  id: string;
  topic: string;
  state: JobState;
  /** 0 (first) to 9 (last). */
  priority: number;
  data: unknown;
  attributes: Record<string, unknown> | null;
  runAfter: Date;
  retryAfterSeconds: number;
  /** How often it was given to a handler, as far as that counts (a snooze and a shutdown do not). */
  attempts: number;
  /** null: no limit. */
  maxAttempts: number | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** Of a recurring job: the moment that its schedule named. */
  tick: Date | null;
  result: unknown;
  /** The last 20. */
  errors: JobFault[];
  /** How many there were. */
  errorCount: number;
  progress: unknown;
}

/** A job as a claim hands it to a worker. `data` and `attributes` are JSON text, parsed when the handler looks. */
export interface ClaimedJob {
  readonly id: string;
  readonly topic: string;
  readonly claimId: string;
  readonly priority: number;
  /** This attempt's number, from 1. */
  readonly attempt: number;
  readonly maxAttempts: number | null;
  /** How often a shutdown has given it back unspent. */
  readonly releases: number;
  readonly leaseSeconds: number;
  readonly createdMs: number;
  /** Microseconds since 1970: the order of the queue is finer than a Date. */
  readonly runAfterMicros: number;
  /** From when it was due until it was claimed, by the database's clock. */
  readonly waitedMs: number;
  /** Of a recurring job: the moment that its schedule named. */
  readonly tickMs: number | null;
  readonly data: string | null;
  readonly attributes: string | null;
}

/** As they should run: priority, then time, then id. */
export const inTurn = (jobs: ClaimedJob[]): ClaimedJob[] =>
  jobs.sort((a, b) => a.priority - b.priority || a.runAfterMicros - b.runAfterMicros || (a.id < b.id ? -1 : 1));

/** What events say about a job. */
export interface JobSketch {
  readonly id: string;
  readonly topic: string;
  readonly attempt: number;
  readonly maxAttempts: number | null;
}

export const sketchOf = (job: ClaimedJob): JobSketch => ({
  id: job.id,
  topic: job.topic,
  attempt: job.attempt,
  maxAttempts: job.maxAttempts,
});
