/** Promises jobs to workers, renews and breaks those promises, and writes what became of the jobs. */

import type { Executor } from '../base/executor.js';
import type { ClaimedJob } from '../job/record.js';
import type { Database } from './database.js';
import { array, number, numberOrNull, text, toClaimed } from './rows.js';
import type { Statements } from './statements.js';

/** How many jobs of a topic a worker has places for, and where its last claim stopped. */
export interface Want {
  readonly topic: string;
  readonly places: number;
  readonly maxAttempts: number | null;
  /** Ten lanes, a priority each: microseconds since 1970, and an id. */
  readonly cursorMicros: readonly number[];
  readonly cursorIds: readonly string[];
}

export interface Claimed {
  /** Sorted as they should run: priority, then time, then id. */
  readonly jobs: readonly ClaimedJob[];
  /** Milliseconds until a job of these topics is due; null when the claim was full, or nothing waits. */
  readonly dueMs: number | null;
  /** Milliseconds until the next lease of anybody ends; null when not asked, or nothing is claimed. */
  readonly leaseMs: number | null;
  /** Milliseconds until the next tick of any schedule; null when not asked, or there is none. */
  readonly tickMs: number | null;
}

/** One outcome as the statement reads it. */
export interface Settlement {
  readonly id: string;
  readonly claimId: string;
  readonly outcome: 'completed' | 'failed' | 'retried' | 'snoozed' | 'released' | 'deferred' | 'unmoved';
  readonly delaySeconds?: number;
  /** JSON texts. */
  readonly result?: string;
  readonly error?: string;
}

export type Answer = 'accepted' | 'moved' | 'lost';

export interface Settled {
  readonly answer: Answer;
  /** Of a job that was moved: whether its record is as this outcome would have made it. */
  readonly asSaid?: boolean;
  /** Milliseconds until the job is due, and its moment; of jobs that went back into the queue. */
  readonly waitMs: number | null;
  readonly dueMicros: number | null;
}

export interface Gone {
  readonly id: string;
  /** Under which claim it was running: the process may have the job again, under another. */
  readonly claimId: string;
  readonly why: 'cancelled' | 'moved' | 'lost';
}

export interface TakenBack {
  readonly id: string;
  readonly topic: string;
  readonly state: 'created' | 'failed';
  readonly attempt: number;
  readonly maxAttempts: number | null;
  readonly dueMicros: number;
}

export interface Broken {
  readonly jobs: readonly TakenBack[];
  /** Whether there may be more claims past their time. */
  readonly more: boolean;
  /** Whether something was locked by somebody else and has to be looked at again. */
  readonly waiting: boolean;
  readonly leaseMs: number | null;
}

export class Claims {
  constructor(
    private readonly db: Database,
    private readonly sql: Statements,
  ) {}

  async claim(worker: string, wants: readonly Want[], askLeases: boolean): Promise<Claimed> {
    const rows = await this.db.rows(
      this.sql['claim-jobs'],
      [
        wants.map((w) => w.topic),
        array(wants.map((w) => w.places)),
        array(wants.map((w) => w.maxAttempts)),
        array(wants.flatMap((w) => w.cursorMicros)),
        array(wants.flatMap((w) => w.cursorIds)),
        worker,
        askLeases,
      ],
      'engine',
    );
    const jobs = toClaimed(rows);
    const [first = {}] = rows;
    return {
      jobs,
      dueMs: numberOrNull(first, 'due_ms'),
      leaseMs: numberOrNull(first, 'lease_ms'),
      tickMs: numberOrNull(first, 'next_tick_ms'),
    };
  }

  /** Claims these jobs if they wait, whatever their time and their turn. */
  async claimThese(worker: string, ids: readonly string[], maxAttempts: number | null): Promise<ClaimedJob[]> {
    const rows = await this.db.rows(this.sql['claim-these'], [ids, maxAttempts, worker], 'engine');
    return toClaimed(rows);
  }

  /** @param durable whether it must survive a crash of the server when this resolves */
  async settle(settlements: readonly Settlement[], durable: boolean, ms?: number): Promise<Settled[]> {
    const settled = new Map<string, Settled>();
    let open = inOrder(settlements);
    while (open.length > 0) {
      const rows = await this.db.rows(this.sql['settle-jobs'], [...outcomesOf(open), durable], 'engine', ms);
      const unsure = new Set<string>();
      for (const row of rows) {
        // The one row of a statement that has nothing to say.
        if (row.id === null) continue;
        const key = text(row, 'id') + text(row, 'claim_id');
        if (row.answer === 'unsure') unsure.add(key);
        else
          settled.set(key, {
            // A record that is gone was deleted while its handler ran: nobody else has the job.
            answer: (row.answer ?? 'lost') as Answer,
            asSaid: row.as_said === 't',
            waitMs: numberOrNull(row, 'wait_ms'),
            dueMicros: numberOrNull(row, 'due_micros'),
          });
      }
      open = unsure.size === 0 ? [] : open.filter(({ id, claimId }) => unsure.has(id + claimId));
    }
    if (settled.size === 0) return settlements.map(() => ENDED);
    return settlements.map(({ id, claimId }) => settled.get(id + claimId) ?? ENDED);
  }

  /** Extends the claims; answers which of the running jobs are no longer the worker's. */
  async renew(
    claimIds: readonly string[],
    running: readonly { id: string; claimId: string }[],
    ms: number,
  ): Promise<Gone[]> {
    const rows = await this.db.rows(
      this.sql['renew-claims'],
      [array(claimIds), array(running.map((r) => r.id)), array(running.map((r) => r.claimId))],
      'engine',
      ms,
    );
    return rows.map((row) => ({
      id: text(row, 'id'),
      claimId: text(row, 'claim_id'),
      why: text(row, 'why') as Gone['why'],
    }));
  }

  /** Takes back what claims past their time hold. */
  async breakExpired(atMost: number): Promise<Broken> {
    const rows = await this.db.rows(this.sql['break-claims'], [atMost], 'engine');
    const [first = {}] = rows;
    return {
      jobs: rows
        .filter((row) => row.id !== null)
        .map((row) => ({
          id: text(row, 'id'),
          topic: text(row, 'topic'),
          state: text(row, 'state') as TakenBack['state'],
          attempt: number(row, 'attempts'),
          maxAttempts: numberOrNull(row, 'max_attempts'),
          dueMicros: number(row, 'due_micros'),
        })),
      more: number(first, 'broken') >= atMost,
      waiting: number(first, 'removed') < number(first, 'broken') || first.passed_by === 't',
      leaseMs: numberOrNull(first, 'lease_ms'),
    };
  }

  /** Gives back what was promised to a worker under these names without its knowing; answers how many jobs. */
  async releaseUnknown(names: readonly string[], known: readonly string[]): Promise<number> {
    return (await this.db.rows(this.sql['release-claims'], [names, array(known)], 'engine')).length;
  }

  /** Answers the jobs that took their progress. */
  async reportProgress(
    reports: readonly { id: string; claimId: string; progress: string }[],
  ): Promise<ReadonlySet<string>> {
    const document = inOrder(reports).map((r) => `{"id":"${r.id}","claim_id":"${r.claimId}","progress":${r.progress}}`);
    const rows = await this.db.rows(this.sql['report-progress'], [`[${document.join(',')}]`], 'engine');
    return new Set(rows.map((row) => text(row, 'id')));
  }

  /** In the handler's own transaction. False: the job is no longer the handler's. */
  async completeWithin(tx: Executor, id: string, claimId: string, result: string): Promise<boolean> {
    return (await this.db.answerWithin(tx, this.sql['complete-within'], [result, id, claimId])) === 'true';
  }
}

/** As the statement locks them: two that name the same jobs then wait for each other, and never both. */
const inOrder = <T extends { readonly id: string }>(of: readonly T[]): T[] =>
  [...of].sort((a, b) => (a.id < b.id ? -1 : 1));

/** An outcome of which nothing was said. */
const ENDED: Settled = { answer: 'accepted', waitMs: null, dueMicros: null };

function outcomesOf(settlements: readonly Settlement[]): [ids: string, claimIds: string, more: string | null] {
  const more = settlements.map(moreOf);
  return [
    array(settlements.map(({ id }) => id)),
    array(settlements.map(({ claimId }) => claimId)),
    more.every((json) => json === 'null') ? null : `[${more.join(',')}]`,
  ];
}

/** What there is to say of an outcome but that its job is completed. */
function moreOf({ outcome, delaySeconds, result, error }: Settlement): string {
  if (outcome === 'completed' && result === undefined) return 'null';
  let json = `{"outcome":"${outcome}"`;
  if (delaySeconds !== undefined) json += `,"delay":${delaySeconds}`;
  if (result !== undefined) json += `,"result":${result}`;
  if (error !== undefined) json += `,"error":${error}`;
  return `${json}}`;
}
