import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, Interval, ScheduleModule, Timeout } from '@nestjs/schedule';
import { said, say } from '../said.js';

@Injectable()
class Reports {
  @Cron('* * * * * *', { name: 'nightly', timeZone: 'Europe/Berlin' })
  nightly() {
    say('nightly report');
  }

  @Interval('clean-up', 1_000)
  cleanUp() {
    say('clean-up');
  }

  @Timeout(500)
  greet() {
    say('the process has started');
  }
}

@Module({ imports: [ScheduleModule.forRoot()], providers: [Reports] })
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
await said(3);
await app.close();
