/** pg-boss, through its own API. */
import pg from 'pg';
import { PgBoss, type WorkOptions } from 'pg-boss';
import type { Contender, Handle, Payload } from '../contender.js';

const QUEUE = 'bench';

export interface PgBossSettings {
  readonly listenNotify: boolean;
  readonly work: WorkOptions;
}

export class PgBossContender implements Contender {
  private boss: PgBoss | undefined;
  private observer: pg.Client | undefined;

  constructor(private readonly settings: PgBossSettings) {}

  async open(url: string): Promise<void> {
    this.boss = new PgBoss({ connectionString: url, useListenNotify: this.settings.listenNotify });
    this.boss.on('error', (error) => process.stderr.write(`pg-boss: ${error.message}\n`));
    await this.boss.start();
    await this.boss.createQueue(QUEUE, { notify: this.settings.listenNotify });
    this.observer = new pg.Client(url);
    await this.observer.connect();
  }

  async add(payload: Payload, at?: Date): Promise<void> {
    await this.get().send(QUEUE, payload, at ? { startAfter: at } : {});
  }

  async addMany(payloads: readonly Payload[], at?: (payload: Payload) => Date): Promise<void> {
    await this.get().insert(
      QUEUE,
      payloads.map((data) => ({ data, ...(at && { startAfter: at(data) }) })),
    );
  }

  async work(handle: Handle): Promise<void> {
    await this.get().work<Payload>(QUEUE, this.settings.work, async (jobs) => {
      await Promise.all(jobs.map(({ data }) => handle(data)));
    });
  }

  async listenOn(topics: number, handle: Handle): Promise<void> {
    for (let i = 0; i < topics; i++) {
      await this.get().createQueue(`${QUEUE}-${i}`, { notify: this.settings.listenNotify });
      await this.get().work<Payload>(`${QUEUE}-${i}`, this.settings.work, async (jobs) => {
        await Promise.all(jobs.map(({ data }) => handle(data)));
      });
    }
  }

  async held(): Promise<number> {
    return this.count("state = 'active'");
  }

  async tally(): Promise<{ waiting: number; completed: number }> {
    return { waiting: await this.count("state < 'active'"), completed: await this.count("state = 'completed'") };
  }

  async close(): Promise<void> {
    await this.boss?.stop({ graceful: true, timeout: 5_000 });
    await this.observer?.end();
  }

  private async count(where: string): Promise<number> {
    const { rows } = (await this.observer?.query(
      `select count(*) as n from pgboss.job where name = '${QUEUE}' and ${where}`,
    )) ?? { rows: [] };
    return Number(rows[0]?.n);
  }

  private get(): PgBoss {
    if (!this.boss) throw new Error('open() first');
    return this.boss;
  }
}
