/** SQS: an emulator, or what SQS_ENDPOINT names. */
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { startFauxqs } from 'fauxqs';
import { sqsHandler } from 'programma/handoff/sqs';
import { atTheEnd } from '../../support/at-the-end.js';
import { aName, type Broker, type Queue } from '../broker.js';
import { SQS_CONNECTION, targetOf } from '../targets.js';

async function endpoint(): Promise<string> {
  if (process.env.SQS_ENDPOINT) return process.env.SQS_ENDPOINT;
  const server = await startFauxqs({ port: 0, logger: false });
  atTheEnd(() => server.stop());
  return `http://127.0.0.1:${server.port}`;
}

export async function sqsBroker(): Promise<Broker> {
  const direct = await endpoint();
  const client = new SQSClient({ ...SQS_CONNECTION, endpoint: direct });
  atTheEnd(async () => client.destroy());

  async function receive(QueueUrl: string): Promise<Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    });
    return (await client.send(command)).Messages ?? [];
  }

  async function queue(url: string): Promise<Queue> {
    const made = new CreateQueueCommand({ QueueName: aName(), Attributes: { MaximumMessageSize: '262144' } });
    const { QueueUrl = '' } = await client.send(made);
    const remove = ({ ReceiptHandle }: Message) => client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    return {
      name: QueueUrl,
      target: (options) => targetOf('sqs', QueueUrl, url, options),
      async drain() {
        const all: Message[] = [];
        for (let got = await receive(QueueUrl); got.length > 0; got = await receive(QueueUrl)) {
          all.push(...got);
          await Promise.all(got.map(remove));
        }
        return all.map(({ Body }) => JSON.parse(Body ?? ''));
      },
      async work(programma, attempts, run) {
        const handle = sqsHandler(programma, run, { attempts });
        let stopped = false;
        const one = async (message: Message): Promise<void> => {
          try {
            await handle(message);
            await remove(message);
          } catch {
            const again = { QueueUrl, ReceiptHandle: message.ReceiptHandle, VisibilityTimeout: 0 };
            await client.send(new ChangeMessageVisibilityCommand(again));
          }
        };
        const loop = (async () => {
          while (!stopped) {
            await Promise.all((await receive(QueueUrl)).map(one));
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
        })();
        return {
          async stop() {
            stopped = true;
            await loop;
          },
        };
      },
    };
  }

  return {
    name: 'sqs',
    url: direct,
    defaultPort: 443,
    carries200kB: true,
    queue,
    async refusing(url) {
      const own = await queue(url);
      return { queue: own, target: own.target(), becomes: 'failed', why: /SQS takes 262144/ };
    },
  };
}
