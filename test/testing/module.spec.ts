/** The testing module: tables of its own, which go with it, and nothing left open. */
import { expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { getProgrammaToken, Programma, ProgrammaService } from 'programma';
import { getTesterToken, ProgrammaTester, ProgrammaTestingModule } from 'programma/testing';
import { aDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { aProcess } from '../support/process.js';
import { aSuite, theDatabase } from './a-suite.js';

const schemas = async () =>
  (
    await (await theDatabase()).query<{ nspname: string }>(`select nspname from pg_namespace where nspname ~ '^test_'`)
  ).map(({ nspname }) => nspname);

it('has tables of its own, and takes them away at the end', async () => {
  const before = await schemas();
  const [one, two] = [await aSuite([]), await aSuite([])];
  await one.jobs.addJob('topic');
  expect(await two.tester.added('topic')).toEqual([]);
  expect(await schemas()).toHaveLength(before.length + 2);
  for (const { app } of [one, two]) await app.close();
  expect(await schemas()).toEqual(before);
});

it('leaves tables that were named where they are', async () => {
  const { url, query } = await aDatabase({ empty: true });
  const { app, jobs } = await aSuite([], { connectionString: url, schema: 'kept' });
  await jobs.addJob('topic');
  await app.close();
  expect(await query('select topic from kept.jobs')).toEqual([{ topic: 'topic' }]);
});

it('leaves no connection open, also when it worked by itself', async () => {
  const { url, query } = await aDatabase({ empty: true });
  const connections = async () =>
    (
      await query<{ n: number }>(
        `select count(*)::int as n from pg_stat_activity
       where datname = current_database() and application_name = 'programma'`,
      )
    )[0]?.n;
  const { app, jobs, tester } = await aSuite([], { connectionString: url, autoStart: true, notify: true });
  jobs.processJobs({ topicName: 'topic', completion: 'auto' }, () => {});
  await jobs.waitForJob(await jobs.addJob('topic'));
  await tester.drain();
  expect(await connections()).toBeGreaterThan(0);
  await app.close();
  // The server's side of a connection ends a moment after ours.
  await eventually(async () => (await connections()) === 0);
});

it('closes twice, and without having been opened', async () => {
  const { app } = await aSuite([]);
  await app.close();
  await app.close();
  const connectionString = (await theDatabase()).url;
  const imports = [ProgrammaTestingModule.forRoot({ connectionString })];
  const compiled = await Test.createTestingModule({ imports }).compile();
  await compiled.close();
});

it('has a tester for each instance', async () => {
  const connectionString = (await theDatabase()).url;
  const named = ProgrammaTestingModule.forRoot({ connectionString, name: 'reports' });
  const imports = [ProgrammaTestingModule.forRoot({ connectionString }), named];
  const app = await (await Test.createTestingModule({ imports }).compile()).init();
  await app.get<ProgrammaService>(getProgrammaToken('reports')).addJob('topic');
  expect(await app.get<ProgrammaTester>(getTesterToken('reports')).added('topic')).toHaveLength(1);
  expect(await app.get(ProgrammaTester).added('topic')).toEqual([]);
  await app.close();
});

it('tests an engine without Nest as well', async () => {
  const { url } = await aDatabase();
  const programma = new Programma({ connectionString: url });
  programma.processJobs<number>({ topicName: 'double', completion: 'auto' }, (job) => job.data * 2);
  await programma.connect();
  expect(await new ProgrammaTester(programma).perform('double', 21)).toBe(42);
  await programma.shutdown();
});

it('on an embedded server, lets its process end by itself and leaves no server and no file', async () => {
  const child = aProcess(new URL('./embedded.mjs', import.meta.url), { DATABASE_URL: '' });
  const { url, data } = await child.until('started', 30_000);
  expect(await child.until('performed', 30_000)).toMatchObject({ result: 42 });
  expect(await child.until('closed', 30_000)).toMatchObject({ answers: false, there: false });
  expect(await child.exited).toMatchObject({ code: 0, stderr: '' });
  expect([typeof url, typeof data]).toEqual(['string', 'string']);
}, 90_000);
