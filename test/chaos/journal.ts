/**
 * Which statements of this process are in flight, at any moment: written to a file in the instant in which one begins
 * and ends, so that it is known of a process that was killed, too.
 */
import { openSync, writeSync } from 'node:fs';
import pg from 'pg';
import { nowMicros } from './now.js';

type Answer = { rows?: Record<string, unknown>[] } | undefined;

const NAME = /programma:([a-z-]+)/;

/** @param claimed is told which claim gave out which attempt: handlers have no other way to know */
export function keepJournal(file: string, claimed: (id: string, attempt: number, claim: string) => void): void {
  const journal = openSync(file, 'a');
  const write = (line: string) => writeSync(journal, `${line}\n`);
  const { query } = pg.Client.prototype;
  let n = 0;

  pg.Client.prototype.query = function (this: pg.Client, ...said: unknown[]) {
    const [statement] = said as [string | { text?: string }];
    const text = typeof statement === 'string' ? statement : statement?.text;
    const kind = NAME.exec(text ?? '')?.[1];
    const answer = Reflect.apply(query, this, said) as unknown;
    if (kind === undefined || !(answer instanceof Promise)) return answer as never;
    const own = ++n;
    write(`+ ${own} ${nowMicros()} ${kind}`);
    const ended = () => write(`- ${own} ${nowMicros()}`);
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
}
