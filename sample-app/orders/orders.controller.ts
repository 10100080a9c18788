/** Where orders come in. The answer does not wait for the gateway. */
import { Body, Controller, Post } from '@nestjs/common';
import { IsPositive } from 'class-validator';
import { ProgrammaService } from 'programma';
import type { Order } from './payments.js';

class NewOrder {
  @IsPositive()
  euros!: number;
}

@Controller('orders')
export class OrdersController {
  constructor(private readonly jobs: ProgrammaService) {}

  @Post()
  async add(@Body() { euros }: NewOrder): Promise<{ job: string }> {
    const number = String(Date.now()).slice(-4);
    return { job: await this.jobs.addJob<Order>('order.pay', { data: { number, euros }, maxAttempts: 10 }) };
  }
}
