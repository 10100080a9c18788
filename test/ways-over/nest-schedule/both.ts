import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, ScheduleModule } from '@nestjs/schedule';
import { ProgrammaModule, RecurringJob } from 'programma';
import { said, say } from '../said.js';

@Injectable()
class Reports {
  // One after the other: what must not run twice moves in one release, with its old decorator taken away.
  @RecurringJob('nightly', '* * * * * *', { timeZone: 'Europe/Berlin' })
  nightly() {
    say('nightly report, once in the fleet');
  }

  // What belongs to a process (its caches, say) may stay: it runs in every process, as it did.
  @Cron('* * * * * *')
  refreshCache() {
    say('cache, in each process');
  }
}

@Module({
  imports: [ScheduleModule.forRoot(), ProgrammaModule.forRoot({ connectionString: process.env.DATABASE_URL })],
  providers: [Reports],
})
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
await said(2);
await app.close();
