/** Ends that come early, twice, or after a start that failed: no hook throws, and nothing stays open. */
import { expect, it } from '@jest/globals';
import { Global, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ProcessJob, ProgrammaModule, ProgrammaService } from 'programma';
import { aDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { aProcess } from '../support/process.js';

const quiet = { logger: false as const, abortOnError: false };

/** How many connections to this database are not the spec's own. */
async function connections({ query }: Awaited<ReturnType<typeof aDatabase>>): Promise<number> {
  const [row] = await query<{ n: number }>(
    'select count(*)::int as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  return row?.n ?? -1;
}

/** A promise, and what resolves it. */
function moment(): { come: () => void; comes: Promise<void> } {
  let come = () => {};
  const comes = new Promise<void>((resolve) => {
    come = resolve;
  });
  return { come, comes };
}

it('never starts to claim when an HTTP application is closed while it starts', async () => {
  const database = await aDatabase({ empty: true });
  const [entered, left] = [moment(), moment()];
  @Injectable()
  class Slow implements OnModuleInit {
    onModuleInit() {
      entered.come();
      return left.comes;
    }
    @ProcessJob('never')
    never() {}
  }
  @Module({
    imports: [ProgrammaModule.forRoot({ connectionString: database.url, logger: false })],
    providers: [Slow],
  })
  class AppModule {}
  const app = await NestFactory.create(AppModule, quiet);
  const started = app.init();
  await entered.comes;
  await app.close();
  left.come();
  await started;
  expect(await app.get(ProgrammaService).health()).toMatchObject({ database: 'down', lastLook: null });
  await eventually(async () => (await connections(database)) === 0);
});

it('lets a migration end that runs when the application is closed', async () => {
  const database = await aDatabase({ empty: true });
  @Module({ imports: [ProgrammaModule.forRoot({ connectionString: database.url, logger: false })] })
  class AppModule {}
  const app = await NestFactory.create(AppModule, quiet);
  const started = app.init();
  await app.close();
  await started;
  await eventually(async () => (await connections(database)) === 0);
});

it('does not connect when it was closed before its turn came', async () => {
  const [entered, left] = [moment(), moment()];
  @Injectable()
  class First implements OnModuleInit {
    onModuleInit() {
      entered.come();
      return left.comes;
    }
  }
  @Global()
  @Module({ providers: [First] })
  class FirstModule {}
  // Nobody listens at port 1: to connect would fail.
  @Module({ imports: [FirstModule, ProgrammaModule.forRoot({ host: '127.0.0.1', port: 1, logger: false })] })
  class AppModule {}
  const app = await NestFactory.create(AppModule, quiet);
  const started = app.init();
  await entered.comes;
  await app.close();
  left.come();
  await started;
});

it('may be closed twice, also at once', async () => {
  const database = await aDatabase({ empty: true });
  @Module({ imports: [ProgrammaModule.forRoot({ connectionString: database.url, logger: false })] })
  class AppModule {}
  // Nest 12 rejects nothing at the end: it says what its hooks threw.
  const faults: unknown[] = [];
  const logger = { error: (fault: unknown) => faults.push(fault), warn: () => {}, log: () => {} };
  const app = await NestFactory.createApplicationContext(AppModule, { ...quiet, logger });
  await Promise.all([app.close(), app.close()]);
  await app.close();
  expect(faults).toEqual([]);
  await eventually(async () => (await connections(database)) === 0);
});

it('says what it could not do at the end, and lets the end go on', async () => {
  const database = await aDatabase({ empty: true });
  const said: string[] = [];
  const error = (line: string) => void said.push(line.split('\n')[0] ?? '');
  const logger = { error, warn: () => {}, log: () => {}, debug: () => {} };
  const ended: string[] = [];
  @Injectable()
  class Other {
    onModuleDestroy = () => void ended.push('destroy');
    onApplicationShutdown = () => void ended.push('shutdown');
  }
  @Global()
  @Module({ providers: [Other] })
  class OtherModule {}
  @Module({ imports: [OtherModule, ProgrammaModule.forRoot({ connectionString: database.url, logger })] })
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, quiet);
  const jobs = app.get(ProgrammaService);
  const { shutdown } = jobs;
  jobs.drain = () => Promise.reject(new Error('on purpose'));
  jobs.shutdown = async () => {
    await shutdown.call(jobs);
    throw new Error('this, too');
  };
  await app.close();
  expect(said).toEqual(['draining failed: Error: on purpose', 'closing failed: Error: this, too']);
  expect(ended).toEqual(['destroy', 'shutdown']);
});

it.each([
  ['an HTTP application', async (root: object) => (await NestFactory.create(root as never, quiet)).init()],
  ['an application context', (root: object) => NestFactory.createApplicationContext(root as never, quiet)],
])('closes every instance of %s when one of them cannot start', async (_name, start) => {
  const database = await aDatabase({ empty: true });
  @Module({
    imports: [
      ProgrammaModule.forRoot({ connectionString: database.url, logger: false }),
      ProgrammaModule.forRoot({ name: 'away', host: '127.0.0.1', port: 1, logger: false }),
    ],
  })
  class AppModule {}
  await expect(start(AppModule)).rejects.toMatchObject({
    code: 'PROGRAMMA_DATABASE_UNAVAILABLE',
    cause: { code: 'ECONNREFUSED' },
  });
  await eventually(async () => (await connections(database)) === 0);
});

it('leaves nothing behind that keeps a process alive, however its start failed', async () => {
  const { url } = await aDatabase({ empty: true });
  const ways = ['unreachable', 'wrong password', 'faulty', "a user's own hook", 'compile only'];
  const ends = ways.map(async (how) => ({
    how,
    ...(await aProcess(new URL('./failing-app.ts', import.meta.url), { URL: url, HOW: how }).exited),
  }));
  expect(await Promise.all(ends)).toMatchObject(ways.map((how) => ({ how, code: 0, signal: null, stderr: '' })));
}, 60_000);

it('ends at SIGTERM: what runs ends, may add a job before it does, and comes back to nobody', async () => {
  const database = await aDatabase({ empty: true });
  const app = aProcess(new URL('./worker-app.ts', import.meta.url), { URL: database.url });
  await app.until('handler begins', 20_000);
  app.kill('SIGTERM');
  expect(await app.until('handler ends')).toMatchObject({ aborted: false });
  expect(await app.exited).toMatchObject({ signal: 'SIGTERM', stderr: '' });
  expect(await database.query('select topic, state from programma.jobs order by topic')).toEqual([
    { topic: 'first', state: 'completed' },
    { topic: 'second', state: 'created' },
  ]);
  await eventually(async () => (await connections(database)) === 0);
}, 60_000);
