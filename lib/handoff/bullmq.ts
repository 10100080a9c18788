/** Hands jobs to BullMQ 5 and 6, a queue on Redis, and lets its workers report. */
import { Queue } from 'bullmq';
import { Line } from './line.js';
import type { Message } from './message.js';
import { checkName, type Delivery, resolveTarget, type Target, type TargetOptions } from './target.js';
import { type Reports, type Work, work } from './task.js';

/** What this file asks of a BullMQ queue. */
export interface BullMQQueue {
  addBulk(jobs: { name: string; data: object; opts: object }[]): Promise<{ id?: string | undefined }[]>;
  getJob(id: string): Promise<BullMQFinished | undefined>;
  getWaitingCount(): Promise<number>;
  disconnect(): Promise<void>;
  close(): Promise<void>;
}

interface BullMQFinished {
  readonly finishedOn?: number | undefined;
  remove(): Promise<unknown>;
}

export interface BullMQOptions extends TargetOptions {
  /** The name of the queue, or a Queue of yours, which stays open. */
  queue: string | BullMQQueue;
  /** For a name: a url (`redis://…`), or what BullMQ takes as `connection`. Default: Redis on this machine. */
  connection?: string | object | undefined;
  /** For a name: BullMQ's prefix. Default `bull`. */
  prefix?: string | undefined;
  /** The name of BullMQ's job. Default: the topic. */
  name?: string | undefined;
  /**
   * BullMQ's options of each job, `attempts` and `backoff` among them; its `jobId` is the job's id. Finished jobs leave
   * Redis unless `removeOnComplete` or `removeOnFail` says otherwise: what became of them is in PostgreSQL.
   */
  jobOptions?: object | undefined;
}

/** @throws OptionsError */
export function bullmq(options: BullMQOptions): Target {
  const { queue, connection, prefix, name } = options ?? {};
  const resolved = resolveTarget('bullmq', options, ['queue', 'connection', 'prefix', 'name', 'jobOptions'], (c) => {
    if (typeof queue !== 'object') checkName(c, 'queue', queue);
  });
  const jobOptions = { removeOnComplete: true, removeOnFail: true, ...options.jobOptions };
  const keeps = jobOptions.removeOnComplete !== true || jobOptions.removeOnFail !== true;
  const yours = typeof queue === 'object' ? queue : undefined;
  const line = new Line<BullMQQueue>(
    () => yours ?? opened(String(queue), connection, prefix),
    (open) => yours === undefined && ended(open),
  );

  return {
    broker: 'bullmq',
    options: resolved,

    async deliver(messages): Promise<Delivery> {
      const open = await line.get();
      if (keeps) await forgetFinished(open, messages);
      const jobs = messages.map((data) => ({
        name: name ?? data.topic,
        data,
        opts: { ...jobOptions, jobId: data.id, ...telemetryOf(data) },
      }));
      return { confirmed: (await open.addBulk(jobs)).map(({ id }) => String(id)) };
    },

    async ping() {
      await (await line.get()).getWaitingCount();
    },

    close: () => line.close(),
  };
}

function opened(name: string, connection: string | object | undefined, prefix: string | undefined): BullMQQueue {
  const given = typeof connection === 'string' ? { url: connection } : (connection ?? {});
  // A client of yours is taken as it is. To one of ours, a command that meets no connection is told so, instead of
  // being sent later, when its job may be elsewhere.
  const isPlain = Object.getPrototypeOf(given) === Object.prototype;
  const queue = new Queue(name, {
    connection: isPlain ? { maxRetriesPerRequest: 1, ...given } : given,
    ...(prefix !== undefined && { prefix }),
  });
  queue.on('error', () => undefined);
  return queue;
}

async function ended(queue: BullMQQueue): Promise<void> {
  // Both at once: to disconnect waits for a connection that is being made, and to close ends that; a connection that is
  // there and has gone silent is ended by the disconnecting, for whose answer the closing waits.
  const disconnected = queue.disconnect().catch(() => undefined);
  await queue.close();
  await disconnected;
}

/** Trace context where BullMQ's own telemetry looks for it. */
const telemetryOf = ({ trace }: Message) => trace && { telemetry: { metadata: JSON.stringify(trace) } };

/** A job that is taken back or retried keeps its id, and BullMQ adds none that it still remembers. */
async function forgetFinished(queue: BullMQQueue, messages: readonly Message[]): Promise<void> {
  await Promise.all(
    messages.map(async ({ id }) => {
      const there = await queue.getJob(id);
      if (there?.finishedOn) await there.remove();
    }),
  );
}

/** What this file asks of the job that BullMQ gives to a processor. */
export interface BullMQJob {
  readonly data: unknown;
  readonly attemptsMade: number;
  readonly opts: { readonly attempts?: number | undefined };
}

/** BullMQ's words for "not now", which fail nothing. */
const NOT_NOW = ['DelayedError', 'RateLimitError', 'WaitingError', 'WaitingChildrenError'];

/**
 * A processor that reports: `new Worker('mail', bullmqProcessor(programma, async (task) => …), { connection })`.
 * BullMQ's `attempts` and `backoff` apply; the failure of the last try, or an `UnrecoverableError`, fails the job.
 */
export function bullmqProcessor<T = unknown, J extends BullMQJob = BullMQJob>(
  programma: Reports,
  run: Work<T, J>,
): (job: J) => Promise<unknown> {
  return (job) =>
    work(programma, job.data, job, run, (error) => {
      const name = error instanceof Error ? error.name : '';
      if (NOT_NOW.includes(name)) return false;
      return name === 'UnrecoverableError' || job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
    });
}
