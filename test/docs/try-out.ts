/** For the hidden lines of a page: an application with what a block has shown, on the block's database. */
import 'reflect-metadata';
import type { INestApplicationContext, ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  type JobConfig,
  type JobRecord,
  ProgrammaModule,
  type ProgrammaRootOptions,
  ProgrammaService,
} from 'programma';

export interface Tried {
  app: INestApplicationContext;
  jobs: ProgrammaService;
  /** Adds a job, and waits until it is finished. */
  run(topic: string, data?: unknown, job?: JobConfig): Promise<JobRecord>;
}

/** @param options of `ProgrammaModule.forRoot`; false: `metadata` imports its own */
export async function tryOut(
  metadata: ModuleMetadata,
  use: (tried: Tried) => unknown = () => {},
  options: ProgrammaRootOptions | false = {},
): Promise<void> {
  const root = options === false ? [] : [ProgrammaModule.forRoot(options)];
  const module = { module: class Shown {}, ...metadata, imports: [...(metadata.imports ?? []), ...root] };
  const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  const jobs = app.get(ProgrammaService);
  try {
    await use({
      app,
      jobs,
      run: async (topic, data, job = {}) =>
        jobs.waitForJob(await jobs.addJob(topic, { data, ...job }), { timeoutSeconds: 20 }),
    });
  } finally {
    await app.close();
  }
}
