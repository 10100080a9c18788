/**
 * Which statements of this process are in flight, and what becomes of its runs: written to a file in the instant in
 * which it happens, before anybody else can hear of it, so that it is known of a process that was killed, too.
 */
import { openSync, writeSync } from 'node:fs';
import pg from 'pg';
import { nowMicros } from './now.js';

type Answer = { rows?: Record<string, unknown>[] } | undefined;

const NAME = /programma:([a-z-]+)/;

export interface Journal {
  /** The handler itself begins to say what becomes of the job. */
  handed(run: string): void;
  /** The signal of the run aborted. */
  lost(run: string, reason: string): void;
  ended(run: string): void;
}

/** @param claimed is told which claim gave out which attempt: handlers have no other way to know */
export function keepJournal(file: string, claimed: (id: string, attempt: number, claim: string) => void): Journal {
  const journal = openSync(file, 'a');
  const happens = (what: string, id: string | number, more = ''): void => {
    writeSync(journal, `${what} ${id} ${nowMicros()} ${more}\n`);
  };
  const { query } = pg.Client.prototype;
  let n = 0;

  pg.Client.prototype.query = function (this: pg.Client, ...said: unknown[]) {
    const [statement] = said as [string | { text?: string }];
    const text = typeof statement === 'string' ? statement : statement?.text;
    const kind = NAME.exec(text ?? '')?.[1];
    const answer = Reflect.apply(query, this, said) as unknown;
    if (kind === undefined || !(answer instanceof Promise)) return answer as never;
    const own = ++n;
    happens('+', own, kind);
    const ended = () => happens('-', own);
    return answer.then(
      (result: Answer) => {
        ended();
        if (kind === 'claim-jobs' || kind === 'insert-claimed-jobs')
          for (const { id, attempts, claim_id } of result?.rows ?? [])
            if (id !== null) claimed(String(id), Number(attempts), String(claim_id));
        return result;
      },
      (error: unknown) => {
        ended();
        throw error;
      },
    ) as never;
  } as typeof query;

  return {
    handed: (run) => happens('handed', run),
    lost: (run, reason) => happens('lost', run, reason),
    ended: (run) => happens('ended', run),
  };
}
