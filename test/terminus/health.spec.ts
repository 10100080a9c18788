/** Health over HTTP, as @nestjs/terminus tells it to whoever asks: an orchestrator, say. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, type INestApplication, Query } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { ProgrammaModule, type ProgrammaRootOptions, ProgrammaService } from 'programma';
import { ProgrammaHealthIndicator, ProgrammaHealthModule } from 'programma/terminus';
import { atTheEnd } from '../support/at-the-end.js';
import { aDatabase, type Database } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { aProxy } from '../support/proxy.js';

@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly programma: ProgrammaHealthIndicator,
  ) {}

  @Get('live')
  @HealthCheck()
  live() {
    return this.health.check([() => this.programma.isLive('programma')]);
  }

  @Get('ready')
  @HealthCheck()
  ready(@Query('lag') lag?: string) {
    const maxLagSeconds = lag === undefined ? undefined : Number(lag);
    return this.health.check([() => this.programma.isReady('programma', { maxLagSeconds })]);
  }

  @Get('reports')
  @HealthCheck()
  reports() {
    return this.health.check([() => this.programma.isReady('reports', { instance: 'reports' })]);
  }
}

let database: Database;
beforeAll(async () => {
  database = await aDatabase();
});

async function anApp(...roots: ProgrammaRootOptions[]): Promise<INestApplication> {
  const module = await Test.createTestingModule({
    imports: [TerminusModule, ProgrammaHealthModule, ...roots.map((root) => ProgrammaModule.forRoot(root))],
    controllers: [HealthController],
  }).compile();
  const app = module.createNestApplication({ logger: false });
  atTheEnd(() => app.close());
  await app.listen(0, '127.0.0.1');
  return app;
}

async function ask(app: INestApplication, path: string): Promise<{ status: number; told: Record<string, unknown> }> {
  const response = await fetch(`${await app.getUrl()}/health/${path}`);
  const body = (await response.json()) as { details: Record<string, Record<string, unknown>> };
  return { status: response.status, told: Object.values(body.details)[0] ?? {} };
}

describe('an application', () => {
  let app: INestApplication;
  let jobs: ProgrammaService;

  beforeAll(async () => {
    app = await anApp({ connectionString: database.url });
    jobs = app.get(ProgrammaService);
    jobs.processJobs({ topicName: 'topic' }, () => {});
    await eventually(async () => (await jobs.health()).listen === 'live' && (await jobs.health()).lastLook !== null);
  });

  it('is live and ready, and tells schema, last look, lag and whether it listens', async () => {
    expect(await ask(app, 'live')).toEqual({
      status: 200,
      told: { status: 'up', claims: true, roundAgeSeconds: expect.any(Number) },
    });
    expect(await ask(app, 'ready')).toEqual({
      status: 200,
      told: {
        status: 'up',
        database: 'up',
        schema: expect.any(Number),
        listen: 'live',
        lastLookAgeSeconds: expect.any(Number),
        lagSeconds: null,
      },
    });
  });

  it('is not ready while its queue lags by more than it was told', async () => {
    await jobs.addJob('nobody', { runAfterDate: new Date(Date.now() - 60_000) });
    expect(await ask(app, 'ready?lag=3600')).toMatchObject({ status: 200 });
    const { status, told } = await ask(app, 'ready?lag=30');
    expect([status, told.message]).toEqual([
      503,
      expect.stringMatching(/^the oldest due job has been waiting for 6\d s/),
    ]);
    expect((await ask(app, 'live')).status).toBe(200);
  });

  it('is not ready when its schema is behind', async () => {
    const { rows } = await database.pool.query('delete from programma.migrations where version > 1 returning *');
    const { status, told } = await ask(app, 'ready');
    for (const row of rows)
      await database.query(
        `insert into programma.migrations (${Object.keys(row)}) values (${Object.keys(row).map((_, i) => `$${i + 1}`)})`,
        Object.values(row),
      );
    expect([status, told.message]).toEqual([503, expect.stringMatching(/schema is at 1, this code needs/)]);
    expect((await ask(app, 'ready')).status).toBe(200);
  });
});

it('whose database is away is live and not ready, and ready when it is back', async () => {
  const proxy = await aProxy(database.url);
  atTheEnd(() => proxy.close());
  const app = await anApp({ connectionString: proxy.url, connectionTimeoutMillis: 500 });
  expect((await ask(app, 'ready')).status).toBe(200);
  proxy.swallowing = true;
  proxy.swallow();
  const asked = performance.now();
  expect(await ask(app, 'live')).toMatchObject({ status: 200 });
  expect(performance.now() - asked).toBeLessThan(1_000);
  expect(await ask(app, 'ready')).toMatchObject({ status: 503, told: { database: 'down' } });
  proxy.swallowing = false;
  proxy.bury();
  await eventually(async () => (await ask(app, 'ready')).status === 200);
});

it('that claims nothing is live', async () => {
  const app = await anApp({ connectionString: database.url, workers: false });
  expect(await ask(app, 'live')).toEqual({ status: 200, told: { status: 'up', claims: false } });
});

it('claims nothing by being asked', async () => {
  const app = await anApp({ connectionString: database.url, autoStart: false });
  const jobs = app.get(ProgrammaService);
  const ran = new Promise((resolve) => jobs.processJobs({ topicName: 'early', completion: 'auto' }, resolve));
  const id = await jobs.addJob('early');
  for (let asked = 0; asked < 10; asked++)
    expect([(await ask(app, 'live')).status, (await ask(app, 'ready')).status]).toEqual([200, 200]);
  expect(await jobs.getJob(id)).toMatchObject({ state: 'created', attempts: 0 });
  await jobs.start();
  await ran;
});

it('is asked about the instance that is named', async () => {
  const app = await anApp(
    { connectionString: database.url },
    { connectionString: database.url, schema: 'reports', name: 'reports' },
  );
  expect((await ask(app, 'reports')).status).toBe(200);
  await app.get<ProgrammaService>('Programma:reports').shutdown();
  expect([(await ask(app, 'reports')).status, (await ask(app, 'ready')).status]).toEqual([503, 200]);
});

describe('liveness', () => {
  it('is over when the claiming loop goes round no more', async () => {
    const app = await anApp({ connectionString: database.url, heartBeat: 1 });
    const jobs = app.get(ProgrammaService);
    jobs.processJobs({ topicName: 'topic' }, () => {});
    const { limitSeconds } = jobs.pulse() ?? { limitSeconds: 0 };
    expect(limitSeconds).toBe(32);
    // Nothing but a fault of ours stops the loop; that it did is said in its place.
    jobs.pulse = () => ({ ageSeconds: limitSeconds + 1, limitSeconds });
    const { status, told } = await ask(app, 'live');
    expect([status, told.message]).toEqual([503, 'the claiming loop has not gone round for 33 s']);
  });

  it('holds while every place is taken by a long job', async () => {
    const app = await anApp({ connectionString: database.url, heartBeat: 1 });
    const jobs = app.get(ProgrammaService);
    let end = () => {};
    const running = new Promise<void>((begun) => {
      jobs.processJobs({ topicName: 'long', maxJobs: 1, completion: 'auto' }, () => {
        begun();
        return new Promise<void>((resolve) => {
          end = resolve;
        });
      });
    });
    await jobs.addJob('long');
    await running;
    const { lastLook } = await jobs.health();
    await eventually(async () => (jobs.pulse()?.ageSeconds ?? 9) < 0.2 && Date.now() - Number(lastLook) > 2_000);
    end();
  });
});
