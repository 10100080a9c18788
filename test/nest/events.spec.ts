/** `@OnJobEvent`, the logger, and the frame of AsyncLocalStorage in which a job runs. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, it, jest } from '@jest/globals';
import { ConsoleLogger, Injectable, Logger } from '@nestjs/common';
import { type Events, type Job, OnJobEvent, ProcessJob } from 'programma';
import { aCompiledApp, anApp } from './an-app.js';

const context = new AsyncLocalStorage<string>();

@Injectable()
class Handlers {
  @ProcessJob('mail.good')
  good() {
    return 1;
  }

  @ProcessJob('mail.bad', { maxAttempts: 1 })
  bad() {
    throw new Error('on purpose');
  }

  @ProcessJob('context')
  async context(job: Job<string>) {
    const before = context.getStore();
    context.enterWith(job.data);
    await job.progress(1);
    return { before: before ?? null, after: context.getStore() };
  }
}

it('hears an event, of all topics or of those that fit', async () => {
  @Injectable()
  class Audit {
    readonly heard: string[] = [];

    @OnJobEvent('job:completed')
    @OnJobEvent('job:failed')
    all({ job }: Events['job:failed'] | Events['job:completed']) {
      this.heard.push(`all ${job.topic}`);
    }

    @OnJobEvent('job:failed', '*.bad')
    bad({ error }: Events['job:failed']) {
      this.heard.push(`bad ${(error as Error).message}`);
    }

    @OnJobEvent('job:completed', 'mail.bad')
    never() {
      this.heard.push('never');
    }
  }
  const { app, run } = await anApp({ providers: [Handlers, Audit] });
  await run('mail.good');
  await run('mail.bad');
  await app.close();
  expect(app.get(Audit).heard.sort()).toEqual(['all mail.bad', 'all mail.good', 'bad on purpose']);
});

it('lets no job feel a listener that throws, and reports it as an error', async () => {
  const reported = jest.fn();
  @Injectable()
  class Audit {
    @OnJobEvent('job:completed')
    async note() {
      throw new Error('audit is down');
    }

    @OnJobEvent('error')
    error({ where }: Events['error']) {
      reported(where);
    }
  }
  const { run } = await anApp({ providers: [Handlers, Audit] }, { logger: false });
  expect((await run('mail.good')).state).toBe('completed');
  await run('mail.good');
  expect(reported).toHaveBeenCalledWith('a listener of job:completed');
});

it('runs each job outside of the context that added it, and of the other jobs', async () => {
  const { jobs } = await anApp({ providers: [Handlers] });
  const datas = ['a', 'b', 'c'];
  // Several: where a claim is on its way already, no request wakes it.
  for (let request = 0; request < 10; request++) {
    const results = await context.run('a request', async () => {
      const ids = await Promise.all(datas.map((data) => jobs.addJob('context', { data })));
      return Promise.all(ids.map(async (id) => (await jobs.waitForJob(id)).result));
    });
    expect(results).toEqual(datas.map((after) => ({ before: null, after })));
  }
});

it.each([
  ['Programma', undefined],
  ['Programma:reports', 'reports'],
])("speaks through Nest's logger, under one context, in texts alone: %s", async (context, name) => {
  const said: unknown[][] = [];
  class Recorder extends ConsoleLogger {
    override log = (...all: unknown[]) => void said.push(['log', ...all]);
    override debug = (...all: unknown[]) => void said.push(['debug', ...all]);
  }
  @Injectable()
  class Here {
    @ProcessJob('here', { instance: name })
    here() {}
  }
  const app = await aCompiledApp({ providers: [Here] }, { name });
  app.useLogger(new Recorder());
  try {
    await app.init();
    await app.close();
  } finally {
    Logger.overrideLogger(['error']);
  }
  const ours = said.filter((all) => all.at(-1) === context);
  expect(ours.length).toBeGreaterThan(2);
  expect(ours.every((all) => all.length === 3 && typeof all[1] === 'string')).toBe(true);
  expect(ours.map(([level, text]) => `${level} ${text}`)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^debug RootTestModule > Here\.here works on "here"/),
      'log Working on "here"',
      'log Stopped',
    ]),
  );
});
