/** Shows the way back: a BullMQ worker that pays orders, and reports to Programma what became of them. */
import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { ProgrammaService, type Task } from 'programma';
import { Gateway } from '../orders/gateway.js';
import type { Order } from '../orders/payments.js';
import { bullmq, redisUrl } from './redis.js';

export const QUEUE = 'sample-app-orders';

/** For the option `handOff` (config.ts): BullMQ tries each order five times, and Programma waits for a minute. */
export const handOff = bullmq && {
  'order.pay': bullmq.bullmq({
    queue: QUEUE,
    connection: redisUrl,
    deadlineSeconds: 60,
    jobOptions: { attempts: 5, backoff: 500 },
  }),
};

@Injectable()
export class OrdersInBullMQ implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private worker: { close(): Promise<void> } | undefined;
  private readonly logger = new Logger(OrdersInBullMQ.name);

  constructor(
    private readonly jobs: ProgrammaService,
    private readonly gateway: Gateway,
  ) {}

  onApplicationBootstrap(): void {
    if (!bullmq) return;
    // In an app of your own, this line stands in another process, on another machine.
    const processor = bullmq.bullmqProcessor<Order>(this.jobs, (task) => this.pay(task));
    const worker = new bullmq.Worker(QUEUE, processor, { connection: { url: redisUrl, maxRetriesPerRequest: null } });
    worker.on('error', (error) => this.logger.warn(error.message));
    this.worker = worker;
    this.logger.log('Redis answers: BullMQ pays the orders.');
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.worker?.close();
  }

  private async pay(task: Task<Order>): Promise<{ receipt: string; by: string }> {
    await task.progress('calls the gateway');
    const receipt = await this.gateway.charge(task.id, task.data.euros, AbortSignal.timeout(5_000));
    return { receipt, by: 'BullMQ' };
  }
}
