/** Shows retries: what throws is tried again after the back-off, what cannot succeed is not. */
import { Injectable } from '@nestjs/common';
import { CurrentJob, Job, NonRetryableError, Payload, ProcessJob } from 'programma';
import { Gateway } from './gateway.js';

export interface Order {
  number: string;
  euros: number;
}

@Injectable()
export class Payments {
  constructor(private readonly gateway: Gateway) {}

  @ProcessJob('order.pay')
  async pay(@Payload() order: Order, @CurrentJob() job: Job<Order>): Promise<{ receipt: string; attempt: number }> {
    if (order.euros > 1_000) throw new NonRetryableError(`order ${order.number}: the card allows 1000 euros`);
    // The job's id goes along, so that a gateway that knows it already charges nobody twice.
    const receipt = await this.gateway.charge(job.id, order.euros, job.signal);
    return { receipt, attempt: job.attempt };
  }
}
