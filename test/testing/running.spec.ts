/** The tester: what was added is seen, and runs when the test says so. */
import { describe, expect, it } from '@jest/globals';
import { BadRequestException, Injectable, UsePipes, ValidationPipe } from '@nestjs/common';
import { IsInt } from 'class-validator';
import { type Job, NonRetryableError, Payload, ProcessJob, ProgrammaService } from 'programma';
import { aSuite } from './a-suite.js';

class Welcome {
  @IsInt()
  userId!: number;
}

@Injectable()
class Mailer {
  readonly sent: unknown[] = [];

  constructor(private readonly jobs: ProgrammaService) {}

  @ProcessJob('mail.welcome')
  async welcome(job: Job<{ userId: number }>) {
    this.sent.push(job.data.userId);
    return { sentTo: job.data.userId };
  }

  @ProcessJob('sign-up')
  async signUp(job: Job<number[]>) {
    for (const userId of job.data) await this.jobs.addJob('mail.welcome', { data: { userId } });
  }

  @ProcessJob('broken')
  async broken(job: Job) {
    throw job.data === 'for good' ? new NonRetryableError('for good') : new Error('this time');
  }

  @ProcessJob('checked')
  @UsePipes(new ValidationPipe({ transform: true }))
  async checked(@Payload() welcome: Welcome) {
    return welcome instanceof Welcome;
  }

  @ProcessJob('endless')
  async endless() {
    await this.jobs.addJob('endless');
  }

  @ProcessJob('parent')
  async parent() {
    // Longer than a look takes: the child comes when nothing was due.
    await new Promise((resolve) => setTimeout(resolve, 200));
    const id = await this.jobs.addJob('mail.welcome', { data: { userId: 5 } });
    return (await this.jobs.waitForJob(id)).result;
  }

  @ProcessJob('many', { batch: 10 })
  async many(jobs: Job<number>[]) {
    this.sent.push(jobs.map((job) => job.data));
  }

  @ProcessJob('elsewhere')
  async elsewhere(job: Job) {
    await job.moveToProcessing();
  }
}

describe('added', () => {
  it('shows what was added to a topic, the first one first', async () => {
    const { jobs, tester } = await aSuite([Mailer]);
    for (const userId of [1, 2, 3]) await jobs.addJob('mail.welcome', { data: { userId } });
    await jobs.addJob('sign-up', { data: [] });
    expect((await tester.added('mail.welcome')).map(({ data, state }) => [data, state])).toEqual([
      [{ userId: 1 }, 'created'],
      [{ userId: 2 }, 'created'],
      [{ userId: 3 }, 'created'],
    ]);
  });

  it('shows as many as there are', async () => {
    const { jobs, tester } = await aSuite([Mailer]);
    await jobs.addJobs(Array.from({ length: 2_100 }, (_, data) => ({ topic: 'nobody', data })));
    expect((await tester.added('nobody')).map(({ data }) => data)).toEqual(Array.from({ length: 2_100 }, (_, i) => i));
  });
});

describe('perform', () => {
  it('runs one handler and gives its result, and leaves nothing behind', async () => {
    const { jobs, tester, app } = await aSuite([Mailer]);
    await jobs.addJob('mail.welcome', { data: { userId: 1 } });
    expect(await tester.perform('mail.welcome', { userId: 8 })).toEqual({ sentTo: 8 });
    expect(app.get(Mailer).sent).toEqual([8]);
    expect((await tester.added('mail.welcome')).map(({ data }) => data)).toEqual([{ userId: 1 }]);
  });

  it('throws what the handler threw, whether it would be tried again or not', async () => {
    const { tester } = await aSuite([Mailer]);
    await expect(tester.perform('broken')).rejects.toThrow('this time');
    await expect(tester.perform('broken', 'for good')).rejects.toThrow(NonRetryableError);
    expect(await tester.drain()).toEqual({});
    expect(await tester.passTime(86_400)).toEqual({});
  });

  it("goes through the handler's pipes", async () => {
    const { tester } = await aSuite([Mailer]);
    expect(await tester.perform('checked', { userId: 1 })).toBe(true);
    const refused = await tester.perform('checked', { userId: 'one' }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'PROGRAMMA_INVALID_PAYLOAD', cause: expect.any(BadRequestException) });
  });

  it('says which topic was probably meant', async () => {
    const { tester } = await aSuite([Mailer]);
    await expect(tester.perform('mail.welcom')).rejects.toThrow('did you mean "mail.welcome"');
  });

  it('keeps a job that was handed over, for whoever reports on it', async () => {
    const { jobs, tester } = await aSuite([Mailer]);
    expect(await tester.perform('elsewhere')).toBeUndefined();
    const [job] = await tester.added('elsewhere');
    expect(job?.state).toBe('processing');
    expect(await jobs.moveJobToDone(String(job?.id), { result: 1 })).toBe(true);
  });
});

describe('drain', () => {
  it('runs what is due and what comes of it, in the order of the queue', async () => {
    const { jobs, tester, app } = await aSuite([Mailer]);
    await jobs.addJob('mail.welcome', { data: { userId: 1 } });
    await jobs.addJob('sign-up', { data: [3, 4] });
    await jobs.addJob('mail.welcome', { data: { userId: 0 }, priority: 0 });
    await jobs.addJob('mail.welcome', { data: { userId: 2 } });
    expect(app.get(Mailer).sent).toEqual([]);
    expect(await tester.drain()).toEqual({ completed: 6 });
    expect(app.get(Mailer).sent).toEqual([0, 1, 2, 3, 4]);
  });

  it('says how attempts ended, and leaves what waits for its next attempt', async () => {
    const { jobs, tester } = await aSuite([Mailer]);
    await jobs.addJobs([
      { topic: 'broken' },
      { topic: 'broken', data: 'for good' },
      { topic: 'elsewhere' },
      { topic: 'nobody' },
    ]);
    expect(await tester.drain()).toEqual({ retried: 1, failed: 1, moved: 1 });
    expect(await tester.drain()).toEqual({});
  });

  it('gives a batch handler its jobs together', async () => {
    const { jobs, tester, app } = await aSuite([Mailer]);
    await jobs.addJobs(Array.from({ length: 12 }, (_, data) => ({ topic: 'many', data })));
    expect(await tester.drain()).toEqual({ completed: 12 });
    expect(app.get(Mailer).sent).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      [10, 11],
    ]);
  });

  it('runs several at once, for handlers that wait for each other', async () => {
    const { jobs, tester } = await aSuite([Mailer]);
    const id = await jobs.addJob('parent');
    expect(await tester.drain({ atOnce: 2 })).toEqual({ completed: 2 });
    expect((await jobs.getJob(id))?.result).toEqual({ sentTo: 5 });
  });

  it('gives up on jobs that add each other without end', async () => {
    const { jobs, tester } = await aSuite([Mailer]);
    await jobs.addJob('endless');
    await expect(tester.drain({ atMost: 20 })).rejects.toThrow('20 jobs have run and more are due, now of "endless"');
  });

  it('leaves a paused topic alone, and forgets it all when it is told to', async () => {
    const { jobs, tester } = await aSuite([Mailer]);
    await jobs.pauseTopic('mail.welcome');
    await jobs.addJob('mail.welcome', { data: { userId: 1 } });
    expect(await tester.drain()).toEqual({});
    await tester.clear();
    expect(await tester.added('mail.welcome')).toEqual([]);
    expect(await jobs.topics()).toEqual([]);
  });

  it('waits for what an app that works by itself has in hand', async () => {
    const { jobs, tester, app } = await aSuite([Mailer], { autoStart: true });
    const ids = await jobs.addJobs(
      Array.from({ length: 50 }, (_, userId) => ({ topic: 'mail.welcome', data: { userId } })),
    );
    await tester.drain();
    const records = await Promise.all(ids.map(({ id }) => jobs.getJob(id)));
    expect(records.every((job) => job?.state === 'completed')).toBe(true);
    expect(app.get(Mailer).sent).toHaveLength(50);
  });
});
