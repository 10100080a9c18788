/** One thing that is broken on purpose, and the tests that must not bear it. */

export interface Break {
  /** The promise that it breaks. */
  readonly part: string;
  readonly what: string;
  readonly changes: readonly { file: string; from: string | RegExp; to: string }[];
  readonly spec: string;
  /** Texts of names: each must be found in the name of a test that fails. */
  readonly red: readonly string[];
}

/** A change of one file. */
export const change = (file: string, from: string | RegExp, to: string): Break['changes'] => [{ file, from, to }];

/** SQL of the store. */
export const sql = (statement: string, from: string | RegExp, to: string): Break['changes'] =>
  change(`store/sql/${statement}.sql`, from, to);

/** The look that follows soon after some jobs would hide what else brings more of them. */
export const NOT_SOON = change('worker/claimer.ts', 'claimed.jobs.length > 0 ? SOON_MS', 'false ? SOON_MS');
