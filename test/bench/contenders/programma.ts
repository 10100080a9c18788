/** Ours, through its public door as it is built. */
import pg from 'pg';
import type { Programma } from '../../../lib/engine.js';
import type { Contender, Handle, Payload } from '../contender.js';

// As a path and not by name: this folder has a package.json of its own.
const DOOR = new URL('../../../dist/engine.js', import.meta.url).href;
const TOPIC = 'bench';

export class ProgrammaContender implements Contender {
  private programma: Programma | undefined;
  private observer: pg.Client | undefined;

  constructor(private readonly maxJobs: number | undefined) {}

  async open(url: string): Promise<void> {
    const engine = (await import(DOOR)) as typeof import('../../../lib/engine.js');
    this.programma = new engine.Programma({ connectionString: url, shutdownTimeoutSeconds: 5 });
    await this.programma.connect();
    this.observer = new pg.Client(url);
    await this.observer.connect();
  }

  async add(data: Payload, runAfterDate?: Date): Promise<void> {
    await this.get().addJob(TOPIC, { data, ...(runAfterDate && { runAfterDate }) });
  }

  async addMany(payloads: readonly Payload[], at?: (payload: Payload) => Date): Promise<void> {
    await this.get().addJobs(payloads.map((data) => ({ topic: TOPIC, data, ...(at && { runAfterDate: at(data) }) })));
  }

  async work(handle: Handle): Promise<void> {
    this.handle(TOPIC, handle);
    await this.get().start();
  }

  async listenOn(topics: number, handle: Handle): Promise<void> {
    for (let i = 0; i < topics; i++) this.handle(`${TOPIC}-${i}`, handle);
    await this.get().start();
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

  async pause(): Promise<void> {
    await this.get().pauseTopic(TOPIC);
  }

  async resume(): Promise<void> {
    await this.get().resumeTopic(TOPIC);
  }

  async close(): Promise<void> {
    await this.programma?.shutdown();
    await this.observer?.end();
  }

  private handle(topicName: string, handle: Handle): void {
    const places = this.maxJobs === undefined ? {} : { maxJobs: this.maxJobs };
    this.get().processJobs<Payload>({ topicName, completion: 'auto', ...places }, (job) => handle(job.data));
  }

  private async count(sql: string): Promise<number> {
    const { rows } = (await this.observer?.query(sql)) ?? { rows: [] };
    return Number(rows[0]?.n);
  }

  private get(): Programma {
    if (!this.programma) throw new Error('open() first');
    return this.programma;
  }
}
