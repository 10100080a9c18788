/** Orders, which are paid through a gateway that does not always answer. */
import { Module } from '@nestjs/common';
import { EmailsController, EmailsInBull } from '../handed-off/emails-in-bull.js';
import { OrdersInBullMQ } from '../handed-off/orders-in-bullmq.js';
import { bullmq } from '../handed-off/redis.js';
import { Gateway } from './gateway.js';
import { OrdersController } from './orders.controller.js';
import { Payments } from './payments.js';

@Module({
  controllers: [OrdersController, EmailsController],
  // One of them pays: BullMQ where it can be had, otherwise this process itself.
  providers: [Gateway, EmailsInBull, bullmq ? OrdersInBullMQ : Payments],
})
export class OrdersModule {}
