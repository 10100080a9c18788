/** SQS: an emulator, or what SQS_ENDPOINT names. */
import { randomUUID } from 'node:crypto';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, it } from '@jest/globals';
import type { HandOffMessage } from 'programma/engine';
import { sqs } from 'programma/handoff/sqs';
import { atTheEnd } from '../support/at-the-end.js';
import { behavesAsHandOff } from './behaves-as-hand-off.js';
import { aName } from './broker.js';
import { sqsBroker } from './brokers/sqs.js';
import { SQS_CONNECTION } from './targets.js';

behavesAsHandOff('sqs', sqsBroker);

const messages = (n: number): HandOffMessage[] =>
  Array.from({ length: n }, (_, data) => ({
    id: randomUUID(),
    topic: 'sqs',
    data,
    attributes: null,
    handedOver: { timeoutSeconds: 3_600, by: 'sqs', whenLost: 'retry' },
  }));

async function aQueue(name: string, Attributes: Record<string, string>) {
  const { url } = await sqsBroker();
  const client = new SQSClient({ ...SQS_CONNECTION, endpoint: url });
  atTheEnd(async () => client.destroy());
  const { QueueUrl: queueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  return { client, queueUrl };
}

it('gives a FIFO queue the group and the id of each job, which it takes once', async () => {
  const { client, queueUrl } = await aQueue(`${aName()}.fifo`, { FifoQueue: 'true' });
  const target = sqs({ queueUrl, client, groupId: ({ data }) => `group-${data}` });
  const sent = messages(3);
  const ids = sent.map(({ id }) => id);
  for (let i = 0; i < 2; i++) expect([...(await target.deliver(sent)).confirmed].sort()).toEqual([...ids].sort());
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'] }),
  );
  const got = Messages.map(({ Attributes }) => [Attributes?.MessageGroupId, Attributes?.MessageDeduplicationId]);
  expect(got.sort()).toEqual(ids.map((id, i) => [`group-${i}`, id]));
});

it('tells of each entry that SQS answers as failed whose fault it is, and confirms its neighbours', async () => {
  const { client, queueUrl } = await aQueue(aName(), {});
  // The emulator fails no single entry: what SQS says of one is put into its answer.
  const codes: Record<string, string> = { 1: 'InvalidMessageContents', 2: 'InternalError' };
  const send = async (command: unknown): Promise<unknown> => {
    const answer = (await client.send(command as never)) as { Successful?: { Id: string }[] };
    if (!(command instanceof SendMessageBatchCommand)) return answer;
    const failed = (answer.Successful ?? []).filter(({ Id }) => codes[Id]);
    return {
      Successful: answer.Successful?.filter(({ Id }) => !codes[Id]),
      Failed: failed.map(({ Id }) => ({ Id, Code: codes[Id], Message: 'it said so' })),
    };
  };
  const sent = messages(4);
  const [first, second, , fourth] = sent.map(({ id }) => id);
  const { confirmed, refused, error } = await sqs({ queueUrl, client: { send } }).deliver(sent);
  expect(confirmed).toEqual([first, fourth]);
  expect([...(refused ?? [])]).toEqual([[second, new Error('SQS refused it: InvalidMessageContents it said so')]]);
  expect(error).toEqual(new Error('SQS refused it: InternalError it said so'));
});

it('sends ten messages a request, and the rest in one of its own', async () => {
  const { client, queueUrl } = await aQueue(aName(), {});
  const sizes: number[] = [];
  const send = (command: unknown): Promise<unknown> => {
    if (command instanceof SendMessageBatchCommand) sizes.push(command.input.Entries?.length ?? 0);
    return client.send(command as never);
  };
  const sent = messages(25);
  const { confirmed } = await sqs({ queueUrl, client: { send } }).deliver(sent);
  expect([...confirmed].sort()).toEqual(sent.map(({ id }) => id).sort());
  expect(sizes).toEqual([10, 10, 5]);
});
