import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Job, ProcessJob, ProgrammaModule, ProgrammaService, RecurringJob } from 'programma';
import { said, say } from '../said.js';

@Injectable()
class Mailer {
  @ProcessJob('mail.welcome')
  welcome(job: Job<{ name: string }>) {
    say(`welcome ${job.data.name}`);
  }

  @ProcessJob('mail.invoice', { backoff: { type: 'fixed', seconds: 0.5 } })
  invoice(job: Job<{ number: number }>) {
    say(`invoice ${job.data.number}, attempt ${job.attempt}`);
    if (job.attempt === 1) throw new Error('the mail server is away');
  }

  @RecurringJob('mail.report', '* * * * * *')
  report() {
    say('report');
  }
}

@Injectable()
class SignUps {
  constructor(private readonly jobs: ProgrammaService) {}

  async signUp(name: string) {
    await this.jobs.addJob('mail.welcome', { data: { name }, runAfterSeconds: 0.5 });
    await this.jobs.addJob('mail.invoice', { data: { number: 7 }, maxAttempts: 3 });
  }
}

@Module({
  imports: [ProgrammaModule.forRoot({ connectionString: process.env.DATABASE_URL })],
  providers: [Mailer, SignUps],
})
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
await app.get(SignUps).signUp('Ada');
await said(4);
await app.close();
