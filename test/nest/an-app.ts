/** An application for a spec, on a database of the spec's own; closed when the file ends. */
import type { ModuleMetadata } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  type JobConfig,
  type JobRecord,
  ProgrammaModule,
  type ProgrammaRootOptions,
  ProgrammaService,
} from 'programma';
import { atTheEnd } from '../support/at-the-end.js';
import { aDatabase } from '../support/database.js';

export interface App {
  app: TestingModule;
  jobs: ProgrammaService;
  /** Adds a job, and waits until it is finished. */
  run(topic: string, job?: JobConfig): Promise<JobRecord>;
}

/** One database for all applications of a file; each has a schema of its own unless it is told another one. */
let url: Promise<string> | undefined;
let schemas = 0;

export async function where(): Promise<{ connectionString: string; schema: string }> {
  url ??= aDatabase({ empty: true }).then((database) => database.url);
  return { connectionString: await url, schema: `app_${++schemas}` };
}

/** Not started: `compile` runs no hook. */
export async function aCompiledApp(
  metadata: ModuleMetadata,
  options: ProgrammaRootOptions | false = {},
): Promise<TestingModule> {
  const root = options === false ? [] : [ProgrammaModule.forRoot({ ...(await where()), ...options })];
  return Test.createTestingModule({ ...metadata, imports: [...(metadata.imports ?? []), ...root] }).compile();
}

/** @param options of `ProgrammaModule.forRoot`, which is imported last; false: `metadata` imports its own */
export async function anApp(metadata: ModuleMetadata, options: ProgrammaRootOptions | false = {}): Promise<App> {
  const app = await aCompiledApp(metadata, options);
  atTheEnd(() => app.close());
  await app.init();
  const jobs = app.get(ProgrammaService);
  return { app, jobs, run: async (topic, job = {}) => jobs.waitForJob(await jobs.addJob(topic, job)) };
}

/** What starting it rejects with. */
export async function faultOf(metadata: ModuleMetadata, options: ProgrammaRootOptions | false = {}): Promise<Error> {
  const app = await aCompiledApp(metadata, options);
  return app.init().then(
    async () => {
      await app.close();
      throw new Error('it started');
    },
    (error: Error) => error,
  );
}
