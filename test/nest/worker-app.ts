/** A worker process: its handler is at work when the process is told to end, and adds a job before it ends. */
import 'reflect-metadata';
import { Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Job, ProcessJob, ProgrammaModule, ProgrammaService } from 'programma';

const say = (event: string, detail: object = {}) => console.log(JSON.stringify({ event, ...detail }));

@Injectable()
class Worker {
  constructor(@Inject(ProgrammaService) private readonly jobs: ProgrammaService) {}

  @ProcessJob('first')
  async first(job: Job) {
    const told = new Promise((resolve) => process.once('SIGTERM', resolve));
    say('handler begins');
    await told;
    await this.jobs.addJob('second');
    say('handler ends', { aborted: job.signal.aborted });
  }

  @ProcessJob('second')
  second() {
    say('claimed after SIGTERM');
  }
}

@Module({
  imports: [ProgrammaModule.forRoot({ connectionString: process.env.URL, logger: false })],
  providers: [Worker],
})
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
app.enableShutdownHooks();
await app.get(ProgrammaService).addJob('first');
