/** A handler that takes many jobs at once. */
import { expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { type Job, ProcessJob } from 'programma';
import { anApp } from './an-app.js';

@Injectable()
class Batches {
  readonly sizes: number[] = [];

  @ProcessJob('all', { batch: 100 })
  async all(jobs: Job<number>[]) {
    this.sizes.push(jobs.length);
    return 'not the result of a job';
  }

  @ProcessJob('some', { batch: 4, maxAttempts: 1 })
  async some(jobs: Job<number>[]) {
    for (const job of jobs) if (job.data < 2) await job.complete(`done ${job.data}`);
    throw new Error('the others');
  }
}

const numbers = (count: number) => Array.from({ length: count }, (_, data) => data);

it('takes as many as it says, and completes them when it returns', async () => {
  const { app, jobs } = await anApp({ providers: [Batches] }, { autoStart: false });
  const added = await jobs.addJobs(numbers(250).map((data) => ({ topic: 'all', data })));
  await jobs.start();
  const records = await Promise.all(added.map(({ id }) => jobs.waitForJob(id)));
  expect(records.every(({ state, result }) => state === 'completed' && result === null)).toBe(true);
  expect(app.get(Batches).sizes).toEqual([100, 100, 50]);
});

it('fails those that it has not moved itself when it throws', async () => {
  const { jobs } = await anApp({ providers: [Batches] }, { autoStart: false });
  const added = await jobs.addJobs(numbers(4).map((data) => ({ topic: 'some', data })));
  await jobs.start();
  const records = await Promise.all(added.map(({ id }) => jobs.waitForJob(id)));
  expect(records.map(({ state, result, errors }) => [state, result, errors[0]?.message])).toEqual([
    ['completed', 'done 0', undefined],
    ['completed', 'done 1', undefined],
    ['failed', null, 'the others'],
    ['failed', null, 'the others'],
  ]);
});

it('takes its size from configuration, and stays one by one where the handler says so', async () => {
  @Injectable()
  class Single {
    @ProcessJob('single')
    async single(job: Job) {
      return Array.isArray(job);
    }
  }
  const { app, jobs, run } = await anApp(
    { providers: [Batches, Single] },
    { autoStart: false, handlers: { '*': { batch: 30, maxJobs: 30 } } },
  );
  const added = await jobs.addJobs(numbers(60).map((data) => ({ topic: 'all', data })));
  await jobs.start();
  await Promise.all(added.map(({ id }) => jobs.waitForJob(id)));
  expect(app.get(Batches).sizes).toEqual([30, 30]);
  expect((await run('single')).result).toBe(false);
});

/** What the compiler says: a batch handler takes an array. */
class Typed {
  @ProcessJob('right', { batch: 2 })
  right(_jobs: Job<string>[]) {}

  // @ts-expect-error one job is no batch
  @ProcessJob('wrong', { batch: 2 })
  wrong(_job: Job<string>) {}

  // @ts-expect-error a property is no method
  @ProcessJob('property')
  property = 1;
}
void Typed;
