/**
 * What handlers and producers testify before they go on. It lies on a server of its own, which nobody strikes: a ledger
 * on the server that is struck would make durable, by its own commits, what it is to testify about.
 */
import pg from 'pg';

/** No unique key anywhere: what happens twice must show twice. */
export const LEDGER = `
  create table ledger (run uuid, job uuid, attempt int, claim uuid, process text, kind text, started bigint);
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
    await this.pool.query({ name: 'started', text, values });
  }

  async added(jobs: readonly { id: string; kind: string }[], verdict: Verdict): Promise<void> {
    await this.pool.query({
      name: 'added',
      text: 'insert into adds (job, kind, verdict, process) select j, k, $3, $4 from unnest($1::uuid[], $2::text[]) u(j, k)',
      values: [jobs.map((job) => job.id), jobs.map((job) => job.kind), verdict, this.process],
    });
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}
