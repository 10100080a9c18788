/** Places that a worker keeps for jobs which are about to be added: they start as soon as they are written. */
import type { ClaimedJob } from './record.js';

/** To whom jobs are promised by the statement that adds them. */
export interface Promisee {
  readonly worker: string;
  readonly claimId: string;
  /** By topic: the attempts of a job that says nothing itself; null: no limit. */
  readonly maxAttempts: ReadonlyMap<string, number | null>;
}

export interface Kept {
  readonly promisee: Promisee;
  /** Those that were written and promised; places that are left over are free again. */
  start(jobs: readonly ClaimedJob[]): void;
  /** @param unsure they may have been written all the same */
  drop(unsure: boolean): void;
}

/** Given how many jobs of each topic; undefined: they have to wait in the queue. */
export type Keep = (wanted: ReadonlyMap<string, number>) => Kept | undefined;
