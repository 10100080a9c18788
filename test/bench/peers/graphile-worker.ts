/** Graphile Worker, through its own API. */
import { Logger, makeWorkerUtils, type Runner, type RunnerOptions, run, type WorkerUtils } from 'graphile-worker';
import pg from 'pg';
import type { Contender, Handle, Payload } from '../contender.js';

const TASK = 'bench';
const silent = new Logger(() => () => undefined);

export class GraphileWorkerContender implements Contender {
  private url = '';
  private utils: WorkerUtils | undefined;
  private runner: Runner | undefined;
  private observer: pg.Client | undefined;

  constructor(private readonly preset: NonNullable<RunnerOptions['preset']>) {}

  async open(url: string): Promise<void> {
    this.url = url;
    this.utils = await makeWorkerUtils({ connectionString: url, logger: silent });
    await this.utils.migrate();
    this.observer = new pg.Client(url);
    await this.observer.connect();
  }

  async add(payload: Payload, at?: Date): Promise<void> {
    await this.get().addJob(TASK, payload, at ? { runAt: at } : {});
  }

  async addMany(payloads: readonly Payload[], at?: (payload: Payload) => Date): Promise<void> {
    await this.get().addJobs(
      payloads.map((payload) => ({ identifier: TASK, payload, ...(at && { runAt: at(payload) }) })),
    );
  }

  async work(handle: Handle): Promise<void> {
    await this.run({ [TASK]: (payload) => handle(payload as Payload) });
  }

  async listenOn(topics: number, handle: Handle): Promise<void> {
    const one = (payload: unknown) => handle(payload as Payload);
    await this.run(Object.fromEntries(Array.from({ length: topics }, (_, i) => [`${TASK}-${i}`, one])));
  }

  async held(): Promise<number> {
    return this.count('locked_by is not null');
  }

  async tally(): Promise<{ waiting: number; completed: undefined }> {
    return { waiting: await this.count('true'), completed: undefined };
  }

  async close(): Promise<void> {
    await this.runner?.stop();
    await this.utils?.release();
    await this.observer?.end();
  }

  private async run(taskList: NonNullable<RunnerOptions['taskList']>): Promise<void> {
    this.runner = await run({
      preset: this.preset,
      connectionString: this.url,
      logger: silent,
      noHandleSignals: true,
      crontab: '',
      taskList,
    });
  }

  private async count(where: string): Promise<number> {
    const { rows } = (await this.observer?.query(
      `select count(*) as n from graphile_worker._private_jobs where ${where}`,
    )) ?? { rows: [] };
    return Number(rows[0]?.n);
  }

  private get(): WorkerUtils {
    if (!this.utils) throw new Error('open() first');
    return this.utils;
  }
}
