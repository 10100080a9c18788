/** What a handler's decorated parameters get, and what becomes of a payload that a pipe refuses. */
import { expect, it } from '@jest/globals';
import {
  BadRequestException,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  ParseArrayPipe,
  ParseIntPipe,
  UsePipes,
  ValidationPipe,
} from '@nestjs/common';
import { IsEmail, IsInt } from 'class-validator';
import { CurrentJob, Job, Payload, ProcessJob, ProgrammaContext } from 'programma';
import { anApp } from './an-app.js';

class Welcome {
  @IsInt()
  userId!: number;

  @IsEmail()
  email!: string;
}

const Attempt = createParamDecorator(
  (_data: unknown, context: ExecutionContext) => ProgrammaContext.of(context).getJob().attempt,
);

@Injectable()
class Mailer {
  @ProcessJob('plain')
  plain(
    @CurrentJob() job: Job,
    @Payload() payload: unknown,
    @Payload('email') email: string,
    @Attempt() attempt: number,
  ) {
    return { topic: job.topic, payload, email, attempt };
  }

  @ProcessJob('parsed')
  parsed(@Payload('userId', ParseIntPipe) userId: number) {
    return userId;
  }

  @UsePipes(new ValidationPipe({ transform: true, whitelist: true }))
  @ProcessJob('checked', { completion: 'auto' })
  checked(@Payload() welcome: Welcome, @CurrentJob() job: Job) {
    return [welcome instanceof Welcome, Object.keys(welcome), job instanceof Job];
  }

  @UsePipes(new ValidationPipe())
  @ProcessJob('checked by hand', { completion: 'manual' })
  async checkedByHand(@Payload() _welcome: Welcome, @CurrentJob() job: Job) {
    await job.complete('by hand');
  }

  @ProcessJob('asking', { maxAttempts: 2, backoff: () => 0 })
  asking() {
    throw new BadRequestException('from a server that was asked');
  }

  @ProcessJob('many', { batch: 10, backoff: () => 0, maxAttempts: 2 })
  many(@Payload(new ParseArrayPipe({ items: Welcome })) all: Welcome[], @CurrentJob() jobs: Job[]) {
    if (all.length !== jobs.length) throw new Error('not a payload for each job');
  }
}

const good = { userId: 1, email: 'ada@example.org' };
const bad = { userId: 'one', email: 'nowhere' };

it('gives the payload, one of its properties, the job, and what a decorator of the user makes', async () => {
  const { run } = await anApp({ providers: [Mailer] });
  expect((await run('plain', { data: good })).result).toEqual({
    topic: 'plain',
    payload: good,
    email: 'ada@example.org',
    attempt: 1,
  });
});

it('gives null and undefined where there is no payload', async () => {
  const { run } = await anApp({ providers: [Mailer] });
  expect((await run('plain')).result).toEqual({ topic: 'plain', payload: null, attempt: 1 });
});

it('lets a pipe change a parameter', async () => {
  const { run } = await anApp({ providers: [Mailer] });
  expect((await run('parsed', { data: { userId: '7' } })).result).toBe(7);
});

it('checks a payload with class-validator', async () => {
  const { run } = await anApp({ providers: [Mailer] });
  const record = await run('checked', { data: { ...good, more: true } });
  expect(record.result).toEqual([true, ['userId', 'email'], true]);
});

it.each(['checked', 'checked by hand'])(
  'fails a job for good whose stored payload fails its check: %s',
  async (topic) => {
    const { run } = await anApp({ providers: [Mailer] });
    const { state, attempts, errors } = await run(topic, { data: bad });
    expect({ state, attempts }).toEqual({ state: 'failed', attempts: 1 });
    expect(errors).toMatchObject([{ name: 'InvalidPayloadError' }]);
    expect(errors[0]?.message).toMatch(/"checked.*userId must be an integer number; email must be an email/);
  },
);

it('retries a handler that throws a BadRequestException of its own', async () => {
  const { run } = await anApp({ providers: [Mailer] });
  expect(await run('asking')).toMatchObject({ state: 'failed', attempts: 2, errorCount: 2 });
});

it('fails the one bad payload of a batch, and completes the others', async () => {
  const { jobs } = await anApp({ providers: [Mailer] });
  const added = await jobs.addJobs([good, bad, good].map((data) => ({ topic: 'many', data })));
  const records = await Promise.all(added.map(({ id }) => jobs.waitForJob(id)));
  expect(records.map(({ state, attempts }) => [state, attempts])).toEqual([
    ['completed', 1],
    ['failed', 1],
    ['completed', 1],
  ]);
});
