/**
 * What handlers and producers testify. It lies on a server of its own, which nobody strikes: a ledger on the server
 * that is struck would make durable, by its own commits, what it is to testify about.
 */
import pg from 'pg';
import { nowMicros } from './now.js';

/** No unique key anywhere: what happens twice must show twice. */
export const LEDGER = `
  create table ledger (run uuid, job uuid, attempt int, claim uuid, process text, kind text,
                       started bigint, handed bigint, lost bigint, reason text, ended bigint);
  create index on ledger (run);
  create index on ledger (job);
  create table adds (job uuid, kind text, verdict text, process text)`;

export type Verdict = 'acknowledged' | 'rolled back' | 'unknown';

export interface Run {
  readonly run: string;
  readonly job: string;
  readonly attempt: number;
  readonly claim: string;
  readonly kind: string;
}

export class Ledger {
  private readonly pool: pg.Pool;
  private readonly begun = new Map<string, Promise<unknown>>();
  private readonly writing = new Set<Promise<unknown>>();

  constructor(
    url: string,
    private readonly process: string,
  ) {
    this.pool = new pg.Pool({ connectionString: url, max: 4 });
    this.pool.on('error', () => undefined);
  }

  async started({ run, job, attempt, claim, kind }: Run, at: number): Promise<void> {
    const text =
      'insert into ledger (run, job, attempt, claim, process, kind, started) values ($1, $2, $3, $4, $5, $6, $7)';
    const values = [run, job, attempt, claim, this.process, kind, at];
    const begun = this.pool.query({ name: 'started', text, values });
    this.begun.set(run, begun);
    await begun;
  }

  /** @param handed when the handler itself began to say what becomes of the job */
  ended(run: string, handed: number | null): void {
    this.write(run, 'ended', 'update ledger set handed = $2, ended = $3 where run = $1', [handed, nowMicros()]);
    this.begun.delete(run);
  }

  /** Its signal aborted. */
  lost(run: string, reason: string): void {
    this.write(run, 'lost', 'update ledger set lost = $2, reason = $3 where run = $1', [nowMicros(), reason]);
  }

  /** Not before its row is there: the clients of a pool keep no order. */
  private write(run: string, name: string, text: string, values: unknown[]): void {
    const written = Promise.resolve(this.begun.get(run))
      .then(() => this.pool.query({ name, text, values: [run, ...values] }))
      .finally(() => this.writing.delete(written));
    this.writing.add(written);
  }

  async added(jobs: readonly { id: string; kind: string }[], verdict: Verdict): Promise<void> {
    await this.pool.query({
      name: 'added',
      text: 'insert into adds (job, kind, verdict, process) select j, k, $3, $4 from unnest($1::uuid[], $2::text[]) u(j, k)',
      values: [jobs.map((job) => job.id), jobs.map((job) => job.kind), verdict, this.process],
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.writing);
    await this.pool.end();
  }
}
