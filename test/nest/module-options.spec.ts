/** The ways to give options to the module. */
import { expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { ConfigModule, ConfigService, registerAs } from '@nestjs/config';
import {
  Job,
  ProcessJob,
  ProgrammaModule,
  type ProgrammaModuleOptions,
  type ProgrammaOptionsFactory,
  ProgrammaService,
} from 'programma';
import { anApp, where } from './an-app.js';

@Injectable()
class Echo {
  @ProcessJob('echo', { maxJobs: 1 })
  async echo() {
    return 'echo';
  }
}

const echoes = async (root: ReturnType<typeof ProgrammaModule.forRoot>, imports: object[] = []) => {
  const { run } = await anApp({ imports: [...(imports as []), root], providers: [Echo] }, false);
  expect((await run('echo')).result).toBe('echo');
};

it('needs no options where DATABASE_URL says where the database is', async () => {
  const before = process.env.DATABASE_URL;
  process.env.DATABASE_URL = (await where()).connectionString;
  try {
    await echoes(ProgrammaModule.forRoot());
  } finally {
    if (before === undefined) delete process.env.DATABASE_URL;
    else process.env.DATABASE_URL = before;
  }
});

it('takes options from a factory with injections', async () => {
  const { connectionString, schema } = await where();
  const config = ConfigModule.forRoot({ ignoreEnvFile: true, load: [() => ({ url: connectionString })] });
  await echoes(
    ProgrammaModule.forRootAsync({
      imports: [config],
      inject: [ConfigService],
      useFactory: (from: ConfigService) => ({ connectionString: from.getOrThrow<string>('url'), schema }),
    }),
  );
});

it('takes what registerAs provides', async () => {
  const options = await where();
  const config = registerAs('programma', () => options);
  await echoes(ProgrammaModule.forRootAsync(config.asProvider()));
});

it('takes options from a class that it makes, or that is there', async () => {
  const options = await where();
  @Injectable()
  class Factory implements ProgrammaOptionsFactory {
    static made = 0;
    constructor() {
      Factory.made++;
    }
    async createProgrammaOptions(): Promise<ProgrammaModuleOptions> {
      return options;
    }
  }
  @Module({ providers: [Factory], exports: [Factory] })
  class FactoryModule {}
  await echoes(ProgrammaModule.forRootAsync({ useClass: Factory }));
  await echoes(ProgrammaModule.forRootAsync({ imports: [FactoryModule], useExisting: Factory }));
  expect(Factory.made).toBe(2);
});

it('lets configuration by topic pattern beat the decorator', async () => {
  let running = 0;
  let most = 0;
  let open = () => {};
  const all = new Promise<void>((resolve) => {
    open = resolve;
  });
  @Injectable()
  class Slow {
    @ProcessJob('slow.one', { maxJobs: 1 })
    async run() {
      most = Math.max(most, ++running);
      if (running === 3) open();
      await all;
    }
  }
  const { jobs } = await anApp({ providers: [Slow] }, { handlers: { 'slow.*': { maxJobs: 3 } } });
  const added = await jobs.addJobs(Array.from({ length: 3 }, () => ({ topic: 'slow.one' })));
  for (const { id } of added) await jobs.waitForJob(id, { timeoutSeconds: 5 });
  expect(most).toBe(3);
});

it('works on the topics that `workers` names', async () => {
  @Injectable()
  class Other {
    @ProcessJob('other')
    async run() {}
  }
  const { jobs, run } = await anApp({ providers: [Echo, Other] }, { workers: { only: ['ech*'] } });
  const other = await jobs.addJob('other');
  await run('echo');
  expect(await jobs.getJob(other)).toMatchObject({ state: 'created' });
});

it('works on all topics but those that `workers` excepts', async () => {
  @Injectable()
  class Other {
    @ProcessJob('other.one')
    async run() {}
  }
  const { jobs, run } = await anApp({ providers: [Echo, Other] }, { workers: { except: ['other.*'] } });
  const other = await jobs.addJob('other.one');
  await run('echo');
  expect(await jobs.getJob(other)).toMatchObject({ state: 'created' });
});

it('lets configuration change each word of a decorator, but not make a batch of what is none', async () => {
  @Injectable()
  class Stubborn {
    @ProcessJob('retried', { maxAttempts: 1, backoff: { type: 'fixed', seconds: 3_600 } })
    async retried() {
      throw new Error('on purpose');
    }
    @ProcessJob('timed', { timeoutSeconds: 3_600, maxAttempts: 1 })
    async timed(job: Job) {
      await new Promise((_, reject) => job.signal.addEventListener('abort', () => reject(job.signal.reason)));
    }
    @ProcessJob('by hand', { completion: 'manual' })
    async byHand(job: Job) {
      return { batch: Array.isArray(job) };
    }
  }
  const { run } = await anApp(
    { providers: [Stubborn] },
    {
      handlers: {
        retried: { maxAttempts: 3, backoff: { type: 'fixed', seconds: 0 } },
        timed: { timeoutSeconds: 0.05 },
        'by *': { completion: 'auto', batch: 5 },
      },
    },
  );
  expect(await run('retried')).toMatchObject({ state: 'failed', attempts: 3 });
  expect(await run('timed')).toMatchObject({ state: 'failed', errors: [{ name: 'JobTimeoutError' }] });
  expect((await run('by hand')).result).toEqual({ batch: false });
});

/** A handler that tells whose it is. */
function handlerOf(app: string) {
  @Injectable()
  class Whose {
    @ProcessJob('whose')
    async whose() {
      return app;
    }
  }
  return Whose;
}

it('only adds with `workers: false`', async () => {
  const options = await where();
  const producer = await anApp({ providers: [handlerOf('producer')] }, { ...options, workers: false });
  const ids = [await producer.jobs.addJob('whose'), await producer.jobs.addJob('whose')];
  const worker = await anApp({ providers: [handlerOf('worker')] }, options);
  for (const id of ids) expect((await worker.jobs.waitForJob(id)).result).toBe('worker');
  expect((await producer.jobs.health()).lastLook).toBeNull();
});

it('claims when it is told to with `autoStart: false`', async () => {
  const options = await where();
  const patient = await anApp({ providers: [handlerOf('patient')] }, { ...options, autoStart: false });
  const id = await patient.jobs.addJob('whose');
  const other = await anApp({ providers: [handlerOf('other')] }, options);
  expect((await other.jobs.waitForJob(id)).result).toBe('other');
  expect((await patient.jobs.health()).lastLook).toBeNull();
  await other.app.close();
  await patient.jobs.start();
  expect((await patient.run('whose')).result).toBe('patient');
});

it('gives way to whatever a test puts in its place', async () => {
  const { Test } = await import('@nestjs/testing');
  const app = await Test.createTestingModule({ imports: [ProgrammaModule.forRoot({ port: 1 })], providers: [Echo] })
    .overrideProvider(ProgrammaService)
    .useValue({ addJob: async () => 'an id' })
    .compile();
  await app.init();
  expect(await app.get(ProgrammaService).addJob('echo')).toBe('an id');
  await app.close();
});
