/** A user's application, which apps.mjs compiles and runs as ESM and as CommonJS. */
import 'reflect-metadata';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  CurrentJob,
  getProgrammaToken,
  InjectProgramma,
  Job,
  type JobRecord,
  OnJobEvent,
  Payload,
  ProcessJob,
  ProgrammaModule,
  type ProgrammaModuleOptions,
  type ProgrammaOptionsFactory,
  ProgrammaService,
} from 'programma';
import { Programma } from 'programma/engine';
import { ProgrammaTester, startPostgres } from 'programma/testing';
// Its package is not here: what only has types asks for none.
import type { fromDrizzle } from 'programma/transaction/drizzle';
import { fromKnex } from 'programma/transaction/knex';
import { fromKysely } from 'programma/transaction/kysely';
import { fromMikroOrm } from 'programma/transaction/mikro-orm';
import { fromPrisma } from 'programma/transaction/prisma';
import { fromTypeOrm } from 'programma/transaction/typeorm';

/** Each of these doors opens without the package that it is for. */
export const doors = [fromKnex, fromKysely, fromMikroOrm, fromPrisma, fromTypeOrm];
export type Drizzle = ReturnType<typeof fromDrizzle>;

class Welcome {
  email!: string;
}

@Injectable()
class Options implements ProgrammaOptionsFactory {
  createProgrammaOptions(): ProgrammaModuleOptions {
    return { schema: process.env.SCHEMA, logger: false, retention: { completedSeconds: 60 } };
  }
}

@Injectable()
class Mailer {
  constructor(
    private readonly jobs: ProgrammaService,
    @InjectProgramma('second') private readonly second: ProgrammaService,
  ) {}

  async welcome(email: string): Promise<JobRecord> {
    await this.second.addJob('unseen', { data: { email }, runAfterDate: new Date(), priority: undefined });
    return this.jobs.waitForJob(await this.jobs.addJob<Welcome>('mail.welcome', { data: { email } }));
  }

  @ProcessJob('mail.welcome', { backoff: { type: 'fixed', seconds: 1 }, maxJobs: 2 })
  async send(@Payload() { email }: Welcome, @CurrentJob() job: Job<Welcome>): Promise<{ sentTo: string }> {
    job.signal.throwIfAborted();
    return { sentTo: email };
  }

  @ProcessJob('mail.many', { batch: 10 })
  async many(jobs: Job<Welcome>[]): Promise<void> {
    await jobs[0]?.complete();
  }

  @OnJobEvent('job:failed', 'mail.*')
  failed({ job, error }: { job: { id: string }; error: unknown }): void {
    process.stderr.write(`${job.id} ${error}\n`);
  }
}

@Module({
  imports: [
    ProgrammaModule.forRootAsync({ useClass: Options }),
    ProgrammaModule.forRoot({ name: 'second', schema: `${process.env.SCHEMA} 2`, workers: false, logger: false }),
  ],
  providers: [Mailer],
})
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const { state, result } = await app.get(Mailer).welcome('ada@example.org');
  const second: ProgrammaService = app.get(getProgrammaToken('second'));
  if (!(second instanceof Programma)) throw new Error('The two doors have two classes Programma.');
  if (!(new ProgrammaTester(second) && startPostgres)) throw new Error('The door for tests is shut.');
  await app.close();
  const require = createRequire(join(process.cwd(), 'app.js'));
  const nest = Number(require('@nestjs/core/package.json').version.split('.')[0]);
  const module = require('./package.json').type;
  const node = Number(process.versions.node.split('.')[0]);
  console.log(JSON.stringify({ node, nest, state, result, module }));
}

void main();
