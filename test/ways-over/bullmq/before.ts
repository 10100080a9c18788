import 'reflect-metadata';
import { BullModule, InjectQueue, Processor, WorkerHost } from '@nestjs/bullmq';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type Job, Queue } from 'bullmq';
import { said, say } from '../said.js';

@Processor('mail', { concurrency: 5 })
class MailProcessor extends WorkerHost {
  async process(job: Job) {
    if (job.name === 'welcome') return this.welcome(job.data);
    if (job.name === 'invoice') return this.invoice(job.data, job.attemptsMade + 1);
    if (job.name === 'report') return say('report');
  }

  private welcome({ name }: { name: string }) {
    say(`welcome ${name}`);
  }

  private invoice({ number }: { number: number }, attempt: number) {
    say(`invoice ${number}, attempt ${attempt}`);
    if (attempt === 1) throw new Error('the mail server is away');
  }
}

@Injectable()
class SignUps {
  constructor(@InjectQueue('mail') private readonly mail: Queue) {}

  async signUp(name: string) {
    await this.mail.add('welcome', { name }, { delay: 500 });
    await this.mail.add('invoice', { number: 7 }, { attempts: 3, backoff: { type: 'fixed', delay: 500 } });
    await this.mail.upsertJobScheduler('report', { pattern: '* * * * * *' }, { name: 'report' });
  }
}

@Module({
  imports: [
    BullModule.forRoot({ connection: { url: process.env.REDIS_URL ?? '' } }),
    BullModule.registerQueue({ name: 'mail' }),
  ],
  providers: [MailProcessor, SignUps],
})
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
await app.get(SignUps).signUp('Ada');
await said(4);
await app.close();
