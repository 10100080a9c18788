/** Hands jobs to rsmq, a message queue on Redis, and lets its receivers report. */
import RedisSMQ from 'rsmq';
import { sleep } from '../base/clock.js';
import { InvalidJobError, PayloadTooLargeError, UnreportedError } from '../base/errors.js';
import { Line } from './line.js';
import { toText } from './message.js';
import { checkName, type Delivery, resolveTarget, type Target, type TargetOptions } from './target.js';
import { type Reports, type Work, work } from './task.js';

/** What this file asks of an rsmq. */
export interface RsmqClient {
  createQueueAsync(of: { qname: string; vt?: number; delay?: number; maxsize?: number }): Promise<unknown>;
  getQueueAttributesAsync(of: { qname: string }): Promise<{ maxsize: number }>;
  sendMessageAsync(of: { qname: string; message: string }): Promise<string>;
  receiveMessageAsync(of: { qname: string; vt?: number }): Promise<object>;
  deleteMessageAsync(of: { qname: string; id: string }): Promise<unknown>;
}

export interface RsmqOptions extends TargetOptions {
  /** The queue's name; it is made when it is not there. */
  queue: string;
  /** An rsmq of yours, which stays open. */
  rsmq?: RsmqClient | undefined;
  /** What `new RedisSMQ` takes: `host`, `port`, `ns`, `password`, `options` … Default: Redis on this machine. */
  connection?: object | undefined;
  /** How the queue is made: `vt`, `delay`, and `maxsize` (1024 to 65536 characters, or -1: no limit). */
  createQueue?: { vt?: number; delay?: number; maxsize?: number } | undefined;
}

/** @throws OptionsError */
export function rsmq(options: RsmqOptions): Target {
  const { queue: qname, rsmq: yours, connection, createQueue } = options ?? {};
  const resolved = resolveTarget('rsmq', options, ['queue', 'rsmq', 'connection', 'createQueue'], (c) => {
    checkName(c, 'queue', qname);
    if (typeof qname === 'string' && !/^[\w-]{1,160}$/.test(qname))
      c.fault('queue: rsmq knows letters, digits, - and _, 160 at most');
    if (yours && connection) c.fault('rsmq and connection: give one of them');
  });
  const line = new Line<RsmqClient>(
    () => yours ?? opened(connection),
    (open) => yours === undefined && ended(open),
  );

  /** How many characters a message may have; -1: any number. A queue that Redis has forgotten is made again. */
  async function limitOf(open: RsmqClient): Promise<number> {
    try {
      return (await open.getQueueAttributesAsync({ qname })).maxsize;
    } catch (error) {
      if (nameOf(error) !== 'queueNotFound') throw error;
    }
    await open.createQueueAsync({ ...createQueue, qname }).catch((error) => {
      if (nameOf(error) !== 'queueExists') throw error;
    });
    return (await open.getQueueAttributesAsync({ qname })).maxsize;
  }

  return {
    broker: 'rsmq',
    options: resolved,

    async deliver(messages): Promise<Delivery> {
      const open = await line.get();
      const limit = await limitOf(open);
      const refused = new Map<string, unknown>();
      const confirmed: string[] = [];
      let error: unknown;
      await Promise.all(
        messages.map(async (job) => {
          const message = toText(job);
          if (limit !== -1 && message.length > limit) {
            refused.set(job.id, new PayloadTooLargeError('rsmq', message.length, limit, 'characters'));
            return;
          }
          try {
            await open.sendMessageAsync({ qname, message });
            confirmed.push(job.id);
          } catch (cause) {
            error = cause;
          }
        }),
      );
      return { confirmed, refused, error };
    },

    async ping() {
      await limitOf(await line.get());
    },

    close: () => line.close(),
  };
}

type Own = RsmqClient & { readonly redis: { end(flush: boolean): unknown } };

function opened(connection: object | undefined): Own {
  const own = new RedisSMQ({ ...connection });
  own.redis.on('error', () => undefined);
  return own;
}

const ended = (open: RsmqClient): unknown => (open as Own).redis.end(true);

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

export interface RsmqReceiverOptions {
  queue: string;
  /** Seconds that a message is hidden from others while it is worked on; it is hidden anew before they end. Default 30. */
  visibilitySeconds?: number | undefined;
  /** How often a message is tried before its failure fails the job. Default 1. */
  attempts?: number | undefined;
  /** Seconds to rest when there is no message. Default 1. */
  restSeconds?: number | undefined;
  /** How many are worked on at once. Default 10. */
  concurrency?: number | undefined;
  /** Is told what a message or the queue failed with. */
  onError?: ((error: unknown) => void) | undefined;
}

interface RsmqMessage {
  readonly id: string;
  readonly message: string;
  /** How often it was received. */
  readonly rc: number;
}

/** A receiver that reports, until it is stopped. A message that Programma did not send is deleted, and told to onError. */
export function rsmqReceiver<T = unknown>(
  programma: Reports,
  client: RsmqClient & {
    changeMessageVisibilityAsync(of: { qname: string; id: string; vt: number }): Promise<unknown>;
  },
  options: RsmqReceiverOptions,
  run: Work<T, RsmqMessage>,
): { stop(): Promise<void> } {
  const { queue: qname, visibilitySeconds: vt = 30, attempts = 1, restSeconds = 1, concurrency = 10 } = options;
  const told = options.onError ?? (() => undefined);
  const stopping = new AbortController();

  async function once(): Promise<boolean> {
    const received = (await client.receiveMessageAsync({ qname, vt })) as Partial<RsmqMessage>;
    if (received.id === undefined) return false;
    const given = received as RsmqMessage;
    const { id } = given;
    const hiding = setInterval(
      () => client.changeMessageVisibilityAsync({ qname, id, vt }).catch(told),
      (vt * 1_000) / 3,
    );
    try {
      let again = true;
      await work(programma, given.message, given, run, () => {
        again = given.rc < attempts;
        return !again;
      }).catch((error) => {
        told(error);
        if (error instanceof InvalidJobError) again = false;
        if (error instanceof UnreportedError) again = true;
        if (again) throw error;
      });
      await client.deleteMessageAsync({ qname, id });
    } catch {
      // It stays, and is received again when it is visible.
    } finally {
      clearInterval(hiding);
    }
    return true;
  }

  async function receive(): Promise<void> {
    while (!stopping.signal.aborted) {
      const busy = await once().catch((error) => void told(error));
      if (!busy) await sleep(restSeconds * 1_000, stopping.signal);
    }
  }

  const receiving = Promise.all(Array.from({ length: concurrency }, receive));
  return {
    async stop() {
      stopping.abort();
      await receiving;
    },
  };
}
