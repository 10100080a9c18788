/** Several instances in one application: each with a schema, a pool and handlers of its own. */
import { expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import {
  getProgrammaToken,
  InjectProgramma,
  type Job,
  type JobSketch,
  OnJobEvent,
  ProcessJob,
  ProgrammaModule,
  ProgrammaService,
} from 'programma';
import { aDatabase } from '../support/database.js';
import { anApp } from './an-app.js';

@Injectable()
class Reports {
  readonly heard: string[] = [];

  constructor(
    readonly main: ProgrammaService,
    @InjectProgramma('reports') readonly reports: ProgrammaService,
    @InjectProgramma('archive') readonly archive: ProgrammaService,
  ) {}

  @ProcessJob('report')
  async inMain(job: Job<string>) {
    return `main ${job.data}`;
  }

  @ProcessJob('report', { instance: 'reports' })
  async inReports(job: Job<string>) {
    return `reports ${job.data}`;
  }

  @OnJobEvent('job:completed', { instance: 'reports' })
  note({ job }: { job: JobSketch }) {
    this.heard.push(job.id);
  }
}

it('keeps three instances apart, wherever they are injected', async () => {
  const [one, two] = [await aDatabase({ empty: true }), await aDatabase({ empty: true })];
  @Module({ providers: [Reports], exports: [Reports] })
  class FeatureModule {}
  const { app } = await anApp(
    {
      imports: [
        FeatureModule,
        ProgrammaModule.forRoot({ connectionString: one.url }),
        ProgrammaModule.forRoot({ name: 'reports', connectionString: two.url, schema: 'Jobs of "reports"' }),
        ProgrammaModule.forRootAsync({
          name: 'archive',
          useFactory: () => ({ connectionString: one.url, schema: 'archive', workers: false }),
        }),
      ],
    },
    false,
  );
  const { main, reports, archive, heard } = app.get(Reports);
  expect([main, reports, archive]).toEqual([
    app.get(ProgrammaService),
    app.get(getProgrammaToken('reports')),
    app.get(getProgrammaToken('archive')),
  ]);
  const ids = await Promise.all([main, reports, archive].map((jobs) => jobs.addJob('report', { data: 'x' })));
  const [inMain = '', inReports = '', inArchive = ''] = ids;
  expect((await main.waitForJob(inMain)).result).toBe('main x');
  expect((await reports.waitForJob(inReports)).result).toBe('reports x');
  expect(await archive.getJob(inArchive)).toMatchObject({ state: 'created' });
  expect(await main.getJob(inReports)).toBeNull();
  expect(heard).toEqual([inReports]);
  expect(await two.query('select state from "Jobs of ""reports""".jobs')).toEqual([{ state: 'completed' }]);
});

it('is one instance for all modules of an application', async () => {
  @Injectable()
  class User {
    constructor(readonly jobs: ProgrammaService) {}
  }
  @Module({ providers: [User], exports: [User] })
  class FeatureModule {}
  const { app, jobs } = await anApp({ imports: [FeatureModule] });
  expect(app.get(User).jobs).toBe(jobs);
});

it('lets two applications live in one process', async () => {
  const [one, two] = [await anApp({}), await anApp({})];
  await one.app.close();
  expect(await two.jobs.addJob('still')).toEqual(expect.any(String));
});
