/** The target of each broker, from what a child process can be told. */
import type { Target, TargetOptions } from 'programma/engine';
import { bull } from 'programma/handoff/bull';
import { bullmq } from 'programma/handoff/bullmq';
import { rabbitmq } from 'programma/handoff/rabbitmq';
import { rsmq } from 'programma/handoff/rsmq';
import { sqs } from 'programma/handoff/sqs';

export const SQS_CONNECTION = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };

export function targetOf(broker: string, queue: string, url: string, options: TargetOptions = {}): Target {
  const { hostname, port } = new URL(url);
  switch (broker) {
    case 'bull':
      return bull({ ...options, queue, connection: url, jobOptions: { attempts: 2 } });
    case 'bullmq':
      return bullmq({ ...options, queue, connection: url, jobOptions: { attempts: 2 } });
    case 'rsmq':
      return rsmq({ ...options, queue, connection: { host: hostname, port: Number(port || 6379) } });
    case 'rabbitmq':
      return rabbitmq({
        ...options,
        queue,
        connection: url,
        assertQueue: { durable: true, arguments: { 'x-queue-type': 'quorum' } },
      });
    case 'sqs': {
      const connection = { ...SQS_CONNECTION, endpoint: new URL(url).origin };
      return sqs({ ...options, queueUrl: queue, connection });
    }
    default:
      throw new Error(`There is no broker ${broker}.`);
  }
}
