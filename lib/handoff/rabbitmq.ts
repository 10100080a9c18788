/** Hands jobs to RabbitMQ over amqplib, with publisher confirms, and lets its consumers report. */
import { connect } from 'amqplib';
import { InvalidJobError, PayloadTooLargeError, UnreportedError } from '../base/errors.js';
import { Line } from './line.js';
import { type Message, toText } from './message.js';
import { checkName, type Delivery, resolveTarget, type Target, type TargetOptions } from './target.js';
import { type Reports, type Work, work } from './task.js';

/** What this file asks of an amqplib connection. */
export interface AmqpConnection {
  createConfirmChannel(): Promise<AmqpConfirmChannel>;
  close(): Promise<void>;
  on(event: string, listener: (...given: never[]) => void): unknown;
}

interface AmqpConfirmChannel {
  publish(
    exchange: string,
    routingKey: string,
    content: Buffer,
    options: object,
    callback: (error: unknown) => void,
  ): boolean;
  assertQueue(queue: string, options: object): Promise<unknown>;
  on(event: string, listener: (...given: never[]) => void): unknown;
}

export interface RabbitMQOptions extends TargetOptions {
  /** A url (`amqp://user:password@host/vhost`), or what amqplib's `connect` takes. Default: RabbitMQ on this machine. */
  connection?: string | object | undefined;
  /** The queue. Give it, or an exchange. */
  queue?: string | undefined;
  /**
   * How the queue is made when it is not there: amqplib's options of assertQueue. `false`: it is not made. Default
   * `{ durable: true }`.
   */
  assertQueue?: object | false | undefined;
  /** The exchange; a job that it leads to no queue is refused. */
  exchange?: string | undefined;
  /** For an exchange. Default: the topic. */
  routingKey?: string | undefined;
  /** The broker's `max_message_size`: what is larger is refused before it is sent. Bytes, default 16 MiB. */
  maxBytes?: number | undefined;
}

interface Open {
  readonly connection: AmqpConnection;
  readonly channel: AmqpConfirmChannel;
  /** Ids of messages that came back, because no queue wanted them. */
  readonly returned: Set<string>;
}

const MAX_BYTES = 16 * 1024 * 1024;
const OWN = ['connection', 'queue', 'assertQueue', 'exchange', 'routingKey', 'maxBytes'] as const;

/** @throws OptionsError */
export function rabbitmq(options: RabbitMQOptions): Target {
  const { connection = 'amqp://localhost', queue, exchange, routingKey, assertQueue } = options ?? {};
  let maxBytes = MAX_BYTES;
  const resolved = resolveTarget('rabbitmq', options, OWN, (c) => {
    if ((queue === undefined) === (exchange === undefined)) c.fault('give one of queue and exchange');
    if (queue !== undefined) checkName(c, 'queue', queue);
    maxBytes = c.whole('maxBytes', options.maxBytes, MAX_BYTES, 1, 2 ** 29);
  });
  const line = new Line<Open>(
    () =>
      opened(connection, resolved.confirmMs, async (open) => {
        open.channel.on('close', () => line.lost(open));
        open.connection.on('close', () => line.lost(open));
        if (queue !== undefined && assertQueue !== false)
          await open.channel.assertQueue(queue, assertQueue ?? { durable: true });
      }),
    (open) => open.connection.close(),
  );

  return {
    broker: 'rabbitmq',
    options: resolved,

    async deliver(messages): Promise<Delivery> {
      const open = await line.get();
      const refused = new Map<string, unknown>();
      const confirmed: string[] = [];
      let error: unknown;
      await Promise.all(
        messages.map(async (message) => {
          const content = Buffer.from(toText(message));
          if (content.length > maxBytes) {
            refused.set(message.id, new PayloadTooLargeError('RabbitMQ', content.length, maxBytes));
            return;
          }
          try {
            await published(open, exchange ?? '', queue ?? routingKey ?? message.topic, content, message);
            if (open.returned.delete(message.id)) refused.set(message.id, unroutable(exchange, queue, message));
            else confirmed.push(message.id);
          } catch (cause) {
            // A nack says that this message was not taken care of; what closed the channel concerns all of them.
            if (isNack(cause)) refused.set(message.id, cause);
            else error = cause;
          }
        }),
      );
      return { confirmed, refused, error };
    },

    async ping() {
      await line.get();
    },

    close: () => line.close(),
  };
}

/** @param prepare what must succeed before it is used: else the connection is closed again */
async function opened(url: string | object, timeout: number, prepare: (open: Open) => Promise<unknown>): Promise<Open> {
  const connection = await connect(url, { timeout, clientProperties: { connection_name: 'programma hand-off' } });
  connection.on('error', () => undefined);
  try {
    const channel = await connection.createConfirmChannel();
    const open: Open = { connection, channel, returned: new Set() };
    channel.on('error', () => undefined);
    // A message that no queue wants comes back before it is confirmed.
    channel.on('return', ({ properties }: { properties: { messageId: string } }) => {
      open.returned.add(properties.messageId);
    });
    await prepare(open);
    return open;
  } catch (error) {
    void Promise.resolve()
      .then(() => connection.close())
      .catch(() => undefined);
    throw error;
  }
}

function published(
  { channel }: Open,
  exchange: string,
  routingKey: string,
  content: Buffer,
  { id, topic, trace }: Message,
): Promise<void> {
  const properties = {
    messageId: id,
    type: topic,
    contentType: 'application/json',
    persistent: true,
    mandatory: true,
    ...(trace && { headers: { ...trace } }),
  };
  return new Promise((resolve, reject) => {
    channel.publish(exchange, routingKey, content, properties, (error) => (error ? reject(error) : resolve()));
  });
}

const isNack = (error: unknown): boolean => error instanceof Error && /nacked/.test(error.message);

const unroutable = (exchange: string | undefined, queue: string | undefined, { topic }: Message): Error =>
  new Error(
    queue === undefined
      ? `RabbitMQ has no queue for it: bind one to the exchange "${exchange}" for "${topic}".`
      : `RabbitMQ has no queue "${queue}": declare it, or leave assertQueue to Programma.`,
  );

/** What this file asks of a message that amqplib gives to a consumer, and of the channel that it came by. */
export interface AmqpMessage {
  readonly content: Buffer;
  readonly fields: { readonly redelivered: boolean };
  readonly properties: { readonly headers?: Record<string, unknown> | undefined };
}

export interface AmqpChannel<M> {
  ack(message: M): void;
  nack(message: M, allUpTo?: boolean, requeue?: boolean): void;
}

/**
 * A consumer that reports: `channel.consume('mail', rabbitmqConsumer(programma, channel, async (task) => …))`, without
 * `noAck`. What the work throws goes back into RabbitMQ's queue until it was tried `attempts` times (default 1), and
 * then fails the job; a quorum queue counts the tries, of another one only the first is known from the others. A
 * message that Programma did not send is rejected, to the dead letter exchange where there is one.
 */
export function rabbitmqConsumer<T = unknown, M extends AmqpMessage = AmqpMessage>(
  programma: Reports,
  channel: AmqpChannel<M>,
  run: Work<T, M>,
  { attempts = 1 }: { attempts?: number | undefined } = {},
): (message: M | null) => Promise<void> {
  return async (message) => {
    // null: the queue was deleted, and nothing more will come.
    if (message === null) return;
    let again = true;
    try {
      await work(programma, message.content, message, run, () => {
        again = triesBefore(message) + 1 < attempts;
        return !again;
      });
    } catch (error) {
      if (error instanceof InvalidJobError) again = false;
      if (error instanceof UnreportedError) again = true;
      if (again || error instanceof InvalidJobError) return channel.nack(message, false, again);
    }
    channel.ack(message);
  };
}

function triesBefore({ fields, properties }: AmqpMessage): number {
  const counted = properties.headers?.['x-delivery-count'];
  if (typeof counted === 'number') return counted;
  return fields.redelivered ? Number.POSITIVE_INFINITY : 0;
}
