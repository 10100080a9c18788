import 'reflect-metadata';
import { Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ProcessJob, ProgrammaModule, ProgrammaService, RecurringJob } from 'programma';
import { said, say } from '../said.js';

@Injectable()
class Reports implements OnApplicationBootstrap {
  constructor(private readonly jobs: ProgrammaService) {}

  @RecurringJob('nightly', '* * * * * *', { timeZone: 'Europe/Berlin' })
  nightly() {
    say('nightly report');
  }

  @RecurringJob('clean-up', { everySeconds: 1 })
  cleanUp() {
    say('clean-up');
  }

  async onApplicationBootstrap() {
    await this.jobs.addJob('greet', { runAfterSeconds: 0.5 });
  }

  @ProcessJob('greet')
  greet() {
    say('the process has started');
  }
}

@Module({
  imports: [ProgrammaModule.forRoot({ connectionString: process.env.DATABASE_URL })],
  providers: [Reports],
})
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
await said(3);
await app.close();
