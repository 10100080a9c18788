/** What the database alone can do: the bare SQL of our own statements, on two connections in a loop. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { v7 } from 'uuid';
import { SESSION } from '../../../lib/store/own-pool.js';
import { type Statement, statements } from '../../../lib/store/statements.js';
import type { Contender, Handle, Payload } from '../contender.js';
import { ProgrammaContender } from './programma.js';

const TOPIC = 'bench';
const BATCH = 500;
const sql = statements('programma');

/** Values as text, as in lib/store/database.ts. */
const AS_TEXT = { getTypeParser: () => (value: string | null) => value };

type Row = Record<string, string | null>;

export class BareSql implements Contender {
  /** Callers who add at once share a statement here, too: the harness adds their jobs together. */
  readonly gathers = true;
  private clients: pg.Client[] = [];
  private loops: Promise<unknown> = Promise.resolve();
  private stopped = false;

  async open(url: string): Promise<void> {
    const programma = new ProgrammaContender(undefined);
    await programma.open(url);
    await programma.close();
    this.clients = [new pg.Client(url), new pg.Client(url), new pg.Client(url)];
    for (const client of this.clients) {
      await client.connect();
      await client.query(SESSION);
    }
  }

  async add(payload: Payload): Promise<void> {
    await this.addMany([payload]);
  }

  async addMany(payloads: readonly Payload[], at?: (payload: Payload) => Date): Promise<void> {
    const jobs = payloads.map((data) => ({
      id: v7(),
      topic: TOPIC,
      priority: 5,
      retry_after_seconds: 30,
      ...(at && { run_at: at(data) }),
    }));
    const documents = [JSON.stringify(jobs), JSON.stringify(payloads), null];
    await this.run(this.client(0), sql['insert-jobs'], [false, ...documents, null]);
  }

  async work(handle: Handle): Promise<void> {
    this.loops = Promise.all([this.client(0), this.client(1)].map((client) => this.loop(client, handle)));
  }

  async listenOn(): Promise<void> {
    throw new Error('the bare SQL listens to nothing');
  }

  async held(): Promise<number> {
    return this.count('select coalesce(sum(open), 0) as n from programma.claims');
  }

  async tally(): Promise<{ waiting: number; completed: number }> {
    return {
      waiting: await this.count('select count(*) as n from programma.queue'),
      completed: await this.count("select count(*) as n from programma.jobs where state = 'completed'"),
    };
  }

  async close(): Promise<void> {
    this.stopped = true;
    await this.loops;
    await Promise.all(this.clients.map((client) => client.end()));
  }

  /** Claims and settles until nothing is due. */
  private async loop(client: pg.Client, handle: Handle): Promise<void> {
    const micros = Array.from({ length: 10 }, () => '-6.2e16');
    const ids = Array.from({ length: 10 }, () => '00000000-0000-0000-0000-000000000000');
    const worker = randomUUID();
    while (!this.stopped) {
      const wants = [[TOPIC], `{${BATCH}}`, '{20}', `{${micros}}`, `{${ids}}`, worker, false];
      const rows = (await this.run(client, sql['claim-jobs'], wants)).filter(({ id }) => id !== null);
      if (rows.length === 0) return;
      rows.sort(
        (a, b) => Number(a.run_after_micros) - Number(b.run_after_micros) || (text(a.id) < text(b.id) ? -1 : 1),
      );
      const last = rows.at(-1);
      // All of these jobs have one priority.
      micros[Number(last?.priority)] = text(last?.run_after_micros);
      ids[Number(last?.priority)] = text(last?.id);
      for (const row of rows) void handle(JSON.parse(text(row.data)) as Payload);
      rows.sort((a, b) => (text(a.id) < text(b.id) ? -1 : 1));
      const [jobs, claims] = [rows.map(({ id }) => id), rows.map(({ claim_id }) => claim_id)];
      await this.run(client, sql['settle-jobs'], [`{${jobs}}`, `{${claims}}`, null, false]);
    }
  }

  private async run(client: pg.Client, statement: Statement, values: unknown[]): Promise<Row[]> {
    const query = { name: statement.name, text: statement.text, values, types: AS_TEXT as never };
    return (await client.query<Row>(query)).rows;
  }

  private async count(text: string): Promise<number> {
    return Number((await this.client(2).query(text)).rows[0]?.n);
  }

  private client(i: number): pg.Client {
    const client = this.clients[i];
    if (!client) throw new Error('open() first');
    return client;
  }
}

const text = (value: string | null | undefined): string => value ?? '';
