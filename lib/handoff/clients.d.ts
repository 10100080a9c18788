/** The few words of each broker's client that are used here: the packages are large, and only their users have them. */
declare module 'bull' {
  type BullQueue = import('./bull.js').BullQueue;

  const Bull: {
    new (name: string, settings: object): BullQueue & { on(event: 'error', listener: () => void): unknown };
    new (
      name: string,
      url: string,
      settings: object,
    ): BullQueue & { on(event: 'error', listener: () => void): unknown };
  };
  export default Bull;
}

declare module 'bullmq' {
  type BullMQQueue = import('./bullmq.js').BullMQQueue;
  export const Queue: new (
    name: string,
    settings: object,
  ) => BullMQQueue & { on(event: 'error', listener: () => void): unknown };
}

declare module 'rsmq' {
  type RsmqClient = import('./rsmq.js').RsmqClient;

  const RedisSMQ: new (
    settings: object,
  ) => RsmqClient & {
    redis: { on(event: 'error', listener: () => void): unknown; end(flush: boolean): unknown };
  };
  export default RedisSMQ;
}

declare module 'amqplib' {
  type AmqpConnection = import('./rabbitmq.js').AmqpConnection;
  export function connect(url: string | object, socketOptions: object): Promise<AmqpConnection>;
}

declare module '@aws-sdk/client-sqs' {
  export const SQSClient: new (
    settings: object,
  ) => { send(command: never, options: { abortSignal: AbortSignal }): Promise<unknown>; destroy(): void };
  export const SendMessageBatchCommand: new (input: object) => object;
  export const GetQueueAttributesCommand: new (input: object) => object;
}
