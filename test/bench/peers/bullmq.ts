/** BullMQ, on PostgreSQL and on Redis, through its own API. */
import { createPostgresBackend, Queue, runMigrations, Worker } from 'bullmq';
import pg from 'pg';
import type { Contender, Handle, Payload } from '../contender.js';

const NAME = 'job';

export interface BullSettings {
  readonly concurrency: number;
  /** Connections of each queue's and worker's pool; on PostgreSQL only. */
  readonly max?: number;
}

abstract class Bull implements Contender {
  protected queue: Queue | undefined;
  private readonly workers: Worker[] = [];

  constructor(protected readonly settings: BullSettings) {}

  abstract open(url: string): Promise<void>;
  protected abstract workerOn(queue: string, handle: Handle): Worker;

  async add(payload: Payload, at?: Date): Promise<void> {
    await this.get().add(NAME, payload, at ? { delay: Math.max(0, at.getTime() - Date.now()) } : {});
  }

  async addMany(payloads: readonly Payload[], at?: (payload: Payload) => Date): Promise<void> {
    await this.get().addBulk(
      payloads.map((data) => ({
        name: NAME,
        data,
        ...(at && { opts: { delay: Math.max(0, at(data).getTime() - Date.now()) } }),
      })),
    );
  }

  async work(handle: Handle): Promise<void> {
    await this.start(this.get().name, handle);
  }

  async listenOn(topics: number, handle: Handle): Promise<void> {
    for (let i = 0; i < topics; i++) await this.start(`${this.get().name}-${i}`, handle);
  }

  async held(): Promise<number> {
    return this.get().getActiveCount();
  }

  async tally(): Promise<{ waiting: number; completed: number }> {
    const counts = await this.get().getJobCounts('waiting', 'delayed', 'prioritized', 'completed');
    const { waiting = 0, delayed = 0, prioritized = 0, completed = 0 } = counts;
    return { waiting: waiting + delayed + prioritized, completed };
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.close()));
    await this.queue?.close();
  }

  protected get(): Queue {
    if (!this.queue) throw new Error('open() first');
    return this.queue;
  }

  private async start(queue: string, handle: Handle): Promise<void> {
    const worker = this.workerOn(queue, handle);
    worker.on('error', (error) => process.stderr.write(`bullmq: ${error.message}\n`));
    this.workers.push(worker);
    await worker.waitUntilReady();
  }
}

export class BullOnPostgresContender extends Bull {
  private connection: { connectionString: string; max?: number } = { connectionString: '' };

  async open(url: string): Promise<void> {
    const client = new pg.Client(url);
    await client.connect();
    await runMigrations(client);
    await client.end();
    const { max } = this.settings;
    this.connection = { connectionString: url, ...(max !== undefined && { max }) };
    this.queue = new Queue('bench', { connection: this.connection }, createPostgresBackend) as unknown as Queue;
    await this.queue.waitUntilReady();
  }

  protected workerOn(queue: string, handle: Handle): Worker {
    const options = { connection: this.connection, concurrency: this.settings.concurrency };
    return new Worker(queue, ({ data }) => handle(data), options, createPostgresBackend) as unknown as Worker;
  }
}

export class BullOnRedisContender extends Bull {
  private connection = { host: '127.0.0.1', port: 6379 };

  /** @param url redis://host:port/name-of-the-queue: a queue of its own takes a database's place */
  async open(url: string): Promise<void> {
    const { hostname, port, pathname } = new URL(url);
    this.connection = { host: hostname, port: Number(port) };
    this.queue = new Queue(pathname.slice(1), { connection: this.connection });
    await this.queue.waitUntilReady();
  }

  protected workerOn(queue: string, handle: Handle): Worker {
    return new Worker(queue, ({ data }) => handle(data), {
      connection: { ...this.connection, maxRetriesPerRequest: null },
      concurrency: this.settings.concurrency,
    });
  }
}
