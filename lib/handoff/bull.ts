/** Hands jobs to Bull 4, a queue on Redis, and lets its processors report. */
import Bull from 'bull';
import { Line } from './line.js';
import type { Message } from './message.js';
import { checkName, type Delivery, resolveTarget, type Target, type TargetOptions } from './target.js';
import { type Reports, type Work, work } from './task.js';

/** What this file asks of a Bull queue. */
export interface BullQueue {
  addBulk(jobs: { name?: string; data: object; opts: object }[]): Promise<{ id: unknown }[]>;
  getJob(id: string): Promise<BullFinished | null>;
  isReady(): Promise<unknown>;
  readonly client: { ping(): Promise<unknown>; disconnect(): void };
  close(doNotWaitJobs?: boolean): Promise<unknown>;
}

interface BullFinished {
  readonly finishedOn?: number | null | undefined;
  remove(): Promise<unknown>;
}

export interface BullOptions extends TargetOptions {
  /** The name of the queue, or a Queue of yours, which stays open. */
  queue: string | BullQueue;
  /** For a name: a url (`redis://…`), or what ioredis takes. Default: Redis on this machine. */
  connection?: string | object | undefined;
  /** For a name: Bull's prefix. Default `bull`. */
  prefix?: string | undefined;
  /** The name of Bull's job, for `queue.process(name, …)`. Default: Bull's own, for `queue.process(…)`. */
  name?: string | undefined;
  /**
   * Bull's options of each job, `attempts`, `backoff` and `timeout` among them; its `jobId` is the job's id. Finished
   * jobs leave Redis unless `removeOnComplete` or `removeOnFail` says otherwise: what became of them is in PostgreSQL.
   */
  jobOptions?: object | undefined;
}

/** @throws OptionsError */
export function bull(options: BullOptions): Target {
  const { queue, connection, prefix, name } = options ?? {};
  const resolved = resolveTarget('bull', options, ['queue', 'connection', 'prefix', 'name', 'jobOptions'], (c) => {
    if (typeof queue !== 'object') checkName(c, 'queue', queue);
  });
  const jobOptions = { removeOnComplete: true, removeOnFail: true, ...options.jobOptions };
  const keeps = jobOptions.removeOnComplete !== true || jobOptions.removeOnFail !== true;
  const yours = typeof queue === 'object' ? queue : undefined;
  const line = new Line<BullQueue>(
    () => yours ?? opened(String(queue), connection, prefix),
    (open) => yours === undefined && ended(open),
  );

  return {
    broker: 'bull',
    options: resolved,

    async deliver(messages): Promise<Delivery> {
      const open = await line.get();
      await open.isReady();
      if (keeps) await forgetFinished(open, messages);
      const jobs = messages.map((data) => ({ ...(name && { name }), data, opts: { ...jobOptions, jobId: data.id } }));
      // Bull says of a job that it could not add, in a batch that went through, nothing but an id that is none.
      const confirmed = (await open.addBulk(jobs)).map(({ id }) => String(id));
      return { confirmed, error: new Error('Bull did not add it') };
    },

    async ping() {
      const open = await line.get();
      await open.isReady();
      await open.client.ping();
    },

    close: () => line.close(),
  };
}

function opened(name: string, connection: string | object | undefined, prefix: string | undefined): BullQueue {
  // A command that meets no connection is told so, instead of being sent later, when its job may be elsewhere.
  const redis = { maxRetriesPerRequest: 1, ...(typeof connection === 'object' && connection) };
  const settings = { redis, ...(prefix !== undefined && { prefix }) };
  const queue = typeof connection === 'string' ? new Bull(name, connection, settings) : new Bull(name, settings);
  queue.on('error', () => undefined);
  return queue;
}

async function ended(queue: BullQueue): Promise<void> {
  queue.client.disconnect();
  await queue.close(true);
}

/** A job that is taken back or retried keeps its id, and Bull adds none that it still remembers. */
async function forgetFinished(queue: BullQueue, messages: readonly Message[]): Promise<void> {
  await Promise.all(
    messages.map(async ({ id }) => {
      const there = await queue.getJob(id);
      if (there?.finishedOn) await there.remove();
    }),
  );
}

/** What this file asks of the job that Bull gives to a processor. */
export interface BullJob {
  readonly data: unknown;
  readonly attemptsMade: number;
  readonly opts: { readonly attempts?: number | undefined };
}

/**
 * A processor that reports: `queue.process(10, bullProcessor(programma, async (task) => …))`. Bull's `attempts` and
 * `backoff` apply; the failure of the last try fails the job.
 */
export function bullProcessor<T = unknown, J extends BullJob = BullJob>(
  programma: Reports,
  run: Work<T, J>,
): (job: J) => Promise<unknown> {
  return (job) => {
    const discarded = () => (job as { isDiscarded?(): boolean | undefined }).isDiscarded?.() === true;
    return work(programma, job.data, job, run, () => job.attemptsMade + 1 >= (job.opts.attempts ?? 1) || discarded());
  };
}
