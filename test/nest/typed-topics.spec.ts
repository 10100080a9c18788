/** Handlers of topics with a schema: their payloads are checked before anything of the application sees them. */
import { expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { CurrentJob, defineTopic, type Job, Payload, ProcessJob } from 'programma';
import * as v from 'valibot';
import { z } from 'zod';
import { anApp } from './an-app.js';

const schema = z.object({ cents: z.coerce.number<string | number>().int() });
const Whole = defineTopic('whole', schema);
const Parts = defineTopic('parts', schema);
const Many = defineTopic('many', schema);
const Later = defineTopic(
  'later',
  v.pipeAsync(
    v.object({ cents: v.pipe(v.unknown(), v.transform(Number), v.integer()) }),
    v.checkAsync(async () => true),
  ),
);

@Injectable()
class Handlers {
  readonly got: unknown[] = [];

  @ProcessJob(Whole)
  whole(job: Job<{ cents: number }>) {
    this.got.push(job.data);
    return job.data.cents;
  }

  @ProcessJob(Parts)
  parts(@Payload() payload: { cents: number }, @CurrentJob() job: Job) {
    this.got.push(payload);
    return job.topic;
  }

  @ProcessJob(Many, { batch: 100 })
  many(jobs: Job<{ cents: number }>[]) {
    this.got.push(jobs.map(({ data }) => data.cents));
  }

  @ProcessJob(Later, { batch: 100 })
  later(jobs: Job<{ cents: number }>[]) {
    this.got.push(jobs.map(({ data }) => data.cents));
  }
}

it.each(['whole', 'parts'])(
  'gives what the schema makes of the payload, and is not called when it does not fit: %s',
  async (topic) => {
    const { app, run } = await anApp({ providers: [Handlers] });
    expect(await run(topic, { data: { cents: 1.5 } })).toMatchObject({
      state: 'failed',
      attempts: 1,
      errors: [{ name: 'InvalidPayloadError', message: expect.stringContaining('cents: Invalid input: expected int') }],
    });
    expect(await run(topic, { data: { cents: '7' } })).toMatchObject({ state: 'completed' });
    expect(app.get(Handlers).got).toEqual([{ cents: 7 }]);
  },
);

it.each(['many', 'later'])('gives a batch those that fit, all at once: %s', async (topic) => {
  const { app, jobs } = await anApp({ providers: [Handlers] }, { autoStart: false });
  const cents = Array.from({ length: 50 }, (_, i) => (i === 20 ? 1.5 : String(i)));
  const added = await jobs.addJobs(cents.map((one) => ({ topic, data: { cents: one } })));
  await jobs.start();
  const records = await Promise.all(added.map(({ id }) => jobs.waitForJob(id)));
  expect(records.map(({ state }) => state)).toEqual(cents.map((one) => (one === 1.5 ? 'failed' : 'completed')));
  expect(app.get(Handlers).got).toEqual([cents.filter((one) => one !== 1.5).map(Number)]);
});
