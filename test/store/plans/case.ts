/** How a statement is tried: what it is given, and what must come of it. */
import type { Lane } from '../../../lib/store/database.js';

export interface Case {
  readonly lane: Lane;
  /** @param from the number of the first job of each kind that this run may use up; beyond the load there is none */
  readonly values: (from: number) => unknown[];
  /** To prepare the statement without changing what the tables hold; by default its values beyond the load. */
  readonly harmless?: unknown[];
  /** What must be so before a run, in SQL. */
  readonly before?: (from: number) => string;
  /** How many rows the statement answers when it found what it was given. */
  readonly rows: number;
}

export const JOBS = 200;
/** No load reaches so far. */
export const BEYOND = 1_000_000;
