/** Request-scoped, transient and durable providers: made for a job, with the job to inject. */
import { expect, it } from '@jest/globals';
import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  Optional,
  Scope,
  UseGuards,
} from '@nestjs/common';
import { ContextIdFactory, REQUEST } from '@nestjs/core';
import { JOB, type Job, OnJobEvent, ProcessJob } from 'programma';
import { anApp } from './an-app.js';

let made = 0;

@Injectable({ scope: Scope.REQUEST })
class Tenant {
  readonly number = ++made;
  constructor(@Inject(JOB) readonly job: Job<string> | null) {}
}

@Injectable()
class Sync {
  constructor(private readonly tenant: Tenant) {}

  @ProcessJob('sync', { maxJobs: 3 })
  run(job: Job) {
    return { tenant: this.tenant.job?.data, number: this.tenant.number, mine: this.tenant.job === job };
  }
}

@Injectable({ scope: Scope.TRANSIENT })
class Passing {
  private readonly calls: string[] = [];

  @ProcessJob('passing')
  run(job: Job<string>) {
    this.calls.push(job.data);
    return this.calls;
  }
}

it('makes what is request-scoped for each job, with the job in it', async () => {
  const { jobs } = await anApp({ providers: [Sync, Tenant] });
  const added = await jobs.addJobs(['a', 'b', 'c'].map((data) => ({ topic: 'sync', data })));
  const results = await Promise.all(added.map(async ({ id }) => (await jobs.waitForJob(id)).result));
  expect(results).toEqual(['a', 'b', 'c'].map((tenant) => expect.objectContaining({ tenant, mine: true })));
  expect(new Set(results.map((result) => (result as { number: number }).number)).size).toBe(3);
});

it('makes a transient handler for each job', async () => {
  const { run } = await anApp({ providers: [Passing] });
  expect((await run('passing', { data: 'a' })).result).toEqual(['a']);
  expect((await run('passing', { data: 'b' })).result).toEqual(['b']);
});

it('gives guards that are request-scoped the job', async () => {
  @Injectable({ scope: Scope.REQUEST })
  class Guard implements CanActivate {
    constructor(private readonly tenant: Tenant) {}
    canActivate(_context: ExecutionContext) {
      return this.tenant.job?.data === 'a';
    }
  }
  @Injectable()
  class Guarded {
    @UseGuards(Guard)
    @ProcessJob('guarded', { maxAttempts: 1 })
    run() {}
  }
  const { run } = await anApp({ providers: [Guarded, Tenant] });
  expect((await run('guarded', { data: 'a' })).state).toBe('completed');
  expect((await run('guarded', { data: 'b' })).state).toBe('failed');
});

it('fails the attempt when its provider cannot be made', async () => {
  @Injectable({ scope: Scope.REQUEST })
  class Broken {
    constructor() {
      throw new Error('no such tenant');
    }
    @ProcessJob('broken', { maxAttempts: 1 })
    run() {}
  }
  const { run } = await anApp({ providers: [Broken] });
  expect(await run('broken')).toMatchObject({ state: 'failed', errors: [{ message: 'no such tenant' }] });
});

it('gives a batch handler an instance for the batch, with its jobs', async () => {
  @Injectable({ scope: Scope.REQUEST })
  class Batch {
    constructor(@Inject(JOB) private readonly injected: Job[]) {}
    @ProcessJob('batch', { batch: 5 })
    async run(jobs: Job[]) {
      for (const job of jobs) await job.complete(this.injected === jobs);
    }
  }
  const { run } = await anApp({ providers: [Batch] });
  expect((await run('batch')).result).toBe(true);
});

it('injects null for the job where there is none', async () => {
  const { app } = await anApp({ providers: [Tenant] });
  expect((await app.resolve(Tenant)).job).toBeNull();
});

it('makes a listener that is request-scoped for each event', async () => {
  const heard: unknown[] = [];
  @Injectable({ scope: Scope.REQUEST })
  class Audit {
    readonly number = ++made;
    constructor(@Optional() @Inject(JOB) private readonly job: Job | null) {}
    @OnJobEvent('job:completed')
    note() {
      heard.push([this.number, this.job]);
    }
  }
  const { run } = await anApp({ providers: [Passing, Audit] });
  await run('passing', { data: 'a' });
  await run('passing', { data: 'b' });
  // The second event may still be on its way when its job is known to be finished.
  await run('passing', { data: 'c' });
  expect(heard.slice(0, 2)).toEqual([
    [expect.any(Number), null],
    [expect.any(Number), null],
  ]);
});

it('shares durable providers between the jobs of a tenant', async () => {
  @Injectable({ scope: Scope.REQUEST, durable: true })
  class Pool {
    readonly number = ++made;
    constructor(@Inject(REQUEST) readonly of: { tenant: string }) {}
  }
  @Injectable()
  class Tenants {
    constructor(private readonly pool: Pool) {}
    @ProcessJob('durable')
    run() {
      return [this.pool.of.tenant, this.pool.number];
    }
  }
  const tenants = new Map<string, ReturnType<typeof ContextIdFactory.create>>();
  ContextIdFactory.apply({
    attach(contextId, job) {
      const tenant = String((job as Job).data);
      const shared = tenants.get(tenant) ?? ContextIdFactory.create();
      tenants.set(tenant, shared);
      return { resolve: ({ isTreeDurable }) => (isTreeDurable ? shared : contextId), payload: { tenant } };
    },
  });
  try {
    const { run } = await anApp({ providers: [Tenants, Pool] });
    const results = [];
    for (const data of ['a', 'b', 'a']) results.push((await run('durable', { data })).result);
    expect(results[0]).toEqual(['a', expect.any(Number)]);
    expect(results[2]).toEqual(results[0]);
    expect(results[1]).toEqual(['b', expect.any(Number)]);
  } finally {
    ContextIdFactory.apply(undefined as never);
  }
});
