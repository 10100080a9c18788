/** Hands jobs to Amazon SQS (or what speaks its language), ten a request, and lets its handlers report. */
import { setMaxListeners } from 'node:events';
import { GetQueueAttributesCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { InvalidJobError, PayloadTooLargeError, UnreportedError } from '../base/errors.js';
import { Line } from './line.js';
import { type Message, toText } from './message.js';
import { checkName, type Delivery, resolveTarget, type Target, type TargetOptions } from './target.js';
import { type Reports, type Work, work } from './task.js';

/** What this file asks of an SQSClient. */
export interface SqsClient {
  send(command: never): Promise<unknown>;
}

export interface SqsOptions extends TargetOptions {
  queueUrl: string;
  /** An SQSClient of yours, which stays open. */
  client?: SqsClient | undefined;
  /** What `new SQSClient` takes: `region`, `endpoint`, `credentials` … Default: as the SDK finds it in the environment. */
  connection?: object | undefined;
  /** Of a FIFO queue: which jobs are kept in order with each other. Default: each job is on its own. */
  groupId?: ((job: Message) => string) | undefined;
}

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
}

interface Answer {
  readonly Successful?: readonly { readonly Id?: string }[];
  readonly Failed?: readonly { readonly Id?: string; readonly Code?: string; readonly Message?: string }[];
}

/** What SQS takes in one request: so many messages, and so many bytes in all on every endpoint there is. */
const MOST_MESSAGES = 10;
const MOST_BYTES = 256 * 1024;
/** For so long SQS remembers a de-duplication id. */
const REMEMBERED_SECONDS = 300;
/** SQS takes neither U+FFFE nor U+FFFF, and what speaks its language may take nothing behind them: JSON has other words. */
const NOT_TAKEN = /[\uD800-\uDFFF\uFFFE\uFFFF]/g;
/** Failures of SQS itself, which say nothing about the message. */
const ITS_OWN = /InternalError|InternalFailure|ServiceUnavailable|Throttl/i;

/** @throws OptionsError */
export function sqs(options: SqsOptions): Target {
  const { queueUrl, client: yours, connection, groupId } = options ?? {};
  const isFifo = typeof queueUrl === 'string' && queueUrl.endsWith('.fifo');
  const resolved = resolveTarget(
    'sqs',
    options,
    ['queueUrl', 'client', 'connection', 'groupId'],
    (c, { deadlineSeconds }) => {
      checkName(c, 'queueUrl', queueUrl);
      if (yours && connection) c.fault('client and connection: give one of them');
      if (groupId !== undefined && !isFifo) c.fault('groupId: only a FIFO queue (its name ends in .fifo) has groups');
      if (isFifo && deadlineSeconds !== undefined && deadlineSeconds <= REMEMBERED_SECONDS)
        c.fault(
          `deadlineSeconds: SQS swallows a job that it was given ${REMEMBERED_SECONDS} s ago or less, so a FIFO queue needs more than that`,
        );
    },
  );
  const line = new Line<SqsClient>(
    () => yours ?? opened(connection),
    (open) => yours === undefined && (open as Own).destroy(),
  );
  let limit: number | undefined;

  /** Bytes that a message may have, as the queue says. */
  async function limitOf(open: SqsClient): Promise<number> {
    const asked = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['MaximumMessageSize'] });
    const { Attributes } = (await open.send(asked as never)) as { Attributes?: { MaximumMessageSize?: string } };
    return Number(Attributes?.MaximumMessageSize ?? MOST_BYTES);
  }

  const entryOf = (message: Message, i: number): Entry => ({
    Id: String(i),
    MessageBody: toText(message).replaceAll(NOT_TAKEN, (c) => `\\u${c.charCodeAt(0).toString(16)}`),
    ...(message.trace && { MessageAttributes: attributesOf(message.trace) }),
    ...(isFifo && { MessageDeduplicationId: message.id, MessageGroupId: groupId?.(message) ?? message.id }),
  });

  return {
    broker: 'sqs',
    options: resolved,

    async deliver(messages): Promise<Delivery> {
      const open = await line.get();
      limit ??= await limitOf(open);
      const most = limit;
      const refused = new Map<string, unknown>();
      const confirmed: string[] = [];
      let error: unknown;
      const idOf = (entry: { readonly Id?: string }): string => messages[Number(entry.Id)]?.id ?? '';
      const entries = messages.map(entryOf).filter((entry) => {
        const bytes = sizeOf(entry);
        if (bytes > most) refused.set(idOf(entry), new PayloadTooLargeError('SQS', bytes, most));
        return bytes <= most;
      });
      await Promise.all(
        packed(entries).map(async (batch) => {
          try {
            const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: batch });
            const { Successful = [], Failed = [] } = (await open.send(command as never)) as Answer;
            confirmed.push(...Successful.map(idOf));
            for (const failed of Failed) {
              const why = new Error(`SQS refused it: ${failed.Code ?? ''} ${failed.Message ?? ''}`.trim());
              if (ITS_OWN.test(failed.Code ?? '')) error ??= why;
              else refused.set(idOf(failed), why);
            }
          } catch (cause) {
            error = cause;
          }
        }),
      );
      return { confirmed, refused, error };
    },

    async ping() {
      limit = await limitOf(await line.get());
    },

    close: () => line.close(),
  };
}

type Own = SqsClient & { destroy(): void };

function opened(connection: object | undefined): Own {
  const client = new SQSClient({ ...connection });
  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  return {
    send: (command) => client.send(command, { abortSignal: ending.signal }),
    destroy() {
      // Before the client is: a request whose connection that ends would be sent again, on a new one.
      ending.abort();
      client.destroy();
    },
  };
}

const attributesOf = (trace: object): object =>
  Object.fromEntries(Object.entries(trace).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]));

/** What SQS counts: the body, and the names, types and values of the attributes. */
const sizeOf = (entry: Entry & { MessageAttributes?: object }): number =>
  Buffer.byteLength(entry.MessageBody) +
  (entry.MessageAttributes ? Buffer.byteLength(JSON.stringify(entry.MessageAttributes)) : 0);

/** In requests that SQS takes. */
function packed(entries: readonly Entry[]): Entry[][] {
  const batches: Entry[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const last = batches.at(-1);
    const size = sizeOf(entry);
    if (last && last.length < MOST_MESSAGES && bytes + size <= MOST_BYTES) {
      last.push(entry);
      bytes += size;
    } else {
      batches.push([entry]);
      bytes = size;
    }
  }
  return batches;
}

/** What this file asks of a message: one of ReceiveMessage, or a record of a Lambda. */
export interface SqsMessage {
  readonly Body?: string | undefined;
  readonly body?: string | undefined;
  /** Receive messages with `MessageSystemAttributeNames: ['ApproximateReceiveCount']` for `attempts` above 1. */
  readonly Attributes?: { readonly ApproximateReceiveCount?: string | undefined } | undefined;
  readonly attributes?: { readonly ApproximateReceiveCount?: string | undefined } | undefined;
}

/**
 * A handler that reports: for `handleMessage` of sqs-consumer, for a Lambda's records, for your own loop. When it
 * resolves, delete the message; when it rejects, leave it: SQS gives it again when its visibility ends. The failure of
 * the last of `attempts` tries (default 1) fails the job, and resolves.
 */
export function sqsHandler<T = unknown, M extends SqsMessage = SqsMessage>(
  programma: Reports,
  run: Work<T, M>,
  { attempts = 1 }: { attempts?: number | undefined } = {},
): (message: M) => Promise<void> {
  return async (message) => {
    let reported = false;
    const tries = Number((message.Attributes ?? message.attributes)?.ApproximateReceiveCount ?? 1);
    try {
      await work(programma, message.Body ?? message.body, message, run, () => {
        reported = tries >= attempts;
        return reported;
      });
    } catch (error) {
      if (!reported || error instanceof InvalidJobError || error instanceof UnreportedError) throw error;
    }
  };
}
