/** A job as it travels: what a target sends, and what a worker behind the broker gets. */
import { InvalidJobError } from '../base/errors.js';
import { checkHandingOver, type HandingOver } from '../job/handing-over.js';
import { checkId } from '../job/spec.js';
import type { Job } from '../worker/job.js';

/** W3C trace context, as brokers carry it beside a message. */
export interface Trace {
  traceparent: string;
  tracestate?: string;
}

export interface Message {
  /** The job's id: by it the worker reports. */
  id: string;
  topic: string;
  data: unknown;
  attributes: Record<string, unknown> | null;
  /** From the job's attributes `traceparent` and `tracestate`, where it has them. */
  trace?: Trace;
  /** How it was handed over: what a report of progress begins anew. */
  handedOver: HandingOver;
}

export function messageOf({ id, topic, data, attributes }: Job, handedOver: HandingOver): Message {
  const { traceparent, tracestate } = attributes ?? {};
  const trace = typeof traceparent === 'string' && {
    traceparent,
    ...(typeof tracestate === 'string' && { tracestate }),
  };
  return { id, topic, data, attributes, ...(trace && { trace }), handedOver };
}

/** The message as a text, for brokers that carry texts. */
export const toText = (message: Message): string => JSON.stringify(message);

/**
 * What a broker gave its worker, read back.
 * @throws InvalidJobError when Programma did not send it
 */
export function fromBroker(given: unknown): Message {
  let message = given;
  if (typeof given === 'string' || Buffer.isBuffer(given)) {
    try {
      message = JSON.parse(String(given));
    } catch (cause) {
      throw new InvalidJobError('This message is not JSON: Programma did not send it. Give it a queue of its own.', {
        cause,
      });
    }
  }
  const { id, topic, data = null, attributes = null, trace, handedOver } = (message ?? {}) as Message;
  if (typeof id !== 'string')
    throw new InvalidJobError('This message has no job id: Programma did not send it. Give it a queue of its own.');
  checkHandingOver(handedOver);
  return { id: checkId(id), topic, data, attributes, ...(trace && { trace }), handedOver };
}
