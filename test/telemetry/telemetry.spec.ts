/** Spans and numbers, through OpenTelemetry's own SDK. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { type Job, ProcessJob } from 'programma';
import { NonRetryableError } from '../../lib/engine.js';
import { anApp } from '../nest/an-app.js';
import { aDatabase, type Database } from '../support/database.js';
import { anEngine, aStartedEngine, nextOf } from '../support/engine.js';
import { aCollector, faults } from './a-collector.js';

let database: Database;

beforeAll(async () => {
  database = await aDatabase();
});

describe('spans', () => {
  it('link the run of a job to where it was added, in a trace of its own', async () => {
    const { telemetry, spans, tracer } = aCollector();
    const engine = anEngine(database, { telemetry });
    const inside = new Promise((resolve) => {
      engine.processJobs({ topicName: 'linked', completion: 'auto' }, () =>
        resolve(trace.getActiveSpan()?.spanContext().traceId),
      );
    });
    // What was going on where the engine was started is no part of any job.
    await tracer.startActiveSpan('boot', (boot) => engine.start().finally(() => boot.end()));
    const done = nextOf(engine, 'job:completed', 'linked');
    const id = await tracer.startActiveSpan('request', async (request) => {
      const added = await engine.addJob('linked', { attributes: { mine: 1 } });
      request.end();
      return added;
    });
    await done;
    const [[request], [added], [ran]] = [spans('request'), spans('add linked'), spans('process linked')];
    expect([added?.kind, ran?.kind]).toEqual([SpanKind.PRODUCER, SpanKind.CONSUMER]);
    expect(added?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
    expect(ran?.parentSpanContext).toBeUndefined();
    expect(ran?.spanContext().traceId).not.toBe(added?.spanContext().traceId);
    expect(ran?.links.map((link) => link.context.spanId)).toEqual([added?.spanContext().spanId]);
    expect(await inside).toBe(ran?.spanContext().traceId);
    expect(ran?.attributes).toMatchObject({ 'messaging.message.id': id, 'programma.attempt': 1 });
    expect((await engine.getJob(id))?.attributes).toMatchObject({ mine: 1, traceparent: expect.any(String) });
  });

  it('carry the context through another process and each further attempt', async () => {
    const { telemetry, spans } = aCollector();
    const producer = await aStartedEngine(database, { telemetry, workers: false });
    const id = await producer.addJob('far');
    const worker = anEngine(database, { telemetry });
    worker.processJobs({ topicName: 'far', completion: 'auto', backoff: () => 0 }, (job) => {
      if (job.attempt === 1) throw new Error('once more');
    });
    await worker.start();
    await worker.waitForJob(id);
    const [first, second] = spans('process far');
    const added = spans('add far').map((span) => span.spanContext().spanId);
    for (const span of [first, second]) expect(span?.links.map((link) => link.context.spanId)).toEqual(added);
    expect(first?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'once more' });
    expect(first?.events.map(({ name }) => name)).toEqual(['exception']);
    expect(second?.status.code).toBe(SpanStatusCode.UNSET);
  });

  it('of a batch link to every job of it, and of an add of many tell how it went', async () => {
    const { telemetry, spans } = aCollector();
    @Injectable()
    class Mailer {
      @ProcessJob('batched', { batch: 10 })
      many(_: Job[]) {}
    }
    const { jobs } = await anApp({ providers: [Mailer] }, { telemetry });
    const completed = nextOf(jobs, 'job:completed', 'batched');
    await jobs.addJobs([{ topic: 'batched' }, { topic: 'batched' }, { topic: 'other' }]);
    await completed;
    const [added] = spans('add several topics');
    const [ran] = spans('process batched');
    expect(ran?.links.map((link) => link.context.spanId)).toEqual(Array(2).fill(added?.spanContext().spanId));
    await expect(jobs.addJob('refused', { priority: 11 })).rejects.toThrow('priority');
    expect(spans('add refused')[0]?.status.code).toBe(SpanStatusCode.ERROR);
  });

  it("give the handler the producer's baggage", async () => {
    const { telemetry } = aCollector();
    const engine = anEngine(database, { telemetry });
    const tenant = new Promise((resolve) => {
      engine.processJobs({ topicName: 'baggage', completion: 'auto' }, () =>
        resolve(propagation.getActiveBaggage()?.getEntry('tenant')?.value),
      );
    });
    await engine.start();
    const baggage = propagation.createBaggage({ tenant: { value: 'acme' } });
    await context.with(propagation.setBaggage(context.active(), baggage), () => engine.addJob('baggage'));
    expect(await tenant).toBe('acme');
  });

  it('run without a link for a job that nobody traced', async () => {
    const { telemetry, spans } = aCollector();
    const engine = anEngine(database, { telemetry });
    engine.processJobs({ topicName: 'untraced', completion: 'auto' }, () => {});
    await engine.start();
    const done = nextOf(engine, 'job:completed', 'untraced');
    await database.query(`select programma.add_job('untraced', '{}')`);
    await done;
    expect(spans('process untraced').map(({ links }) => links)).toEqual([[]]);
  });
});

describe('numbers', () => {
  it('count what was added, started and ended, and how long it waited and ran', async () => {
    const { telemetry, points, sum } = aCollector();
    const engine = anEngine(database, { telemetry });
    await engine.connect();
    const runAfterDate = new Date(Date.now() - 60_000);
    const id = await engine.addJob('counted', { runAfterDate });
    await engine.addJob('counted', { id });
    await engine.addJobs([{ topic: 'counted', data: 'bad', runAfterDate }]);
    engine.processJobs({ topicName: 'counted', completion: 'auto' }, ({ data }) => {
      if (data === 'bad') throw new NonRetryableError('bad');
    });
    const ends = [nextOf(engine, 'job:completed', 'counted'), nextOf(engine, 'job:failed', 'counted')];
    await engine.start();
    await Promise.all(ends);
    const topic = 'counted';
    expect(await points('programma.jobs.added')).toEqual([[{ topic }, 2]]);
    expect(await points('programma.jobs.started')).toEqual([[{ topic }, 2]]);
    const outcomes = [
      [{ topic, outcome: 'completed' }, 1],
      [{ topic, outcome: 'failed' }, 1],
    ];
    expect(await points('programma.jobs.ended')).toEqual(expect.arrayContaining(outcomes));
    expect(await points('programma.jobs.ran')).toEqual(expect.arrayContaining(outcomes));
    expect(await points('programma.jobs.waited')).toEqual([[{ topic }, 2]]);
    expect(await sum('programma.jobs.waited')).toBeGreaterThan(119);
    expect(await sum('programma.jobs.waited')).toBeLessThan(240);
  });

  it('count the jobs of ticks as added', async () => {
    const { telemetry, points } = aCollector();
    // Of its own: a tick counts where it was made, by whichever process came first.
    const engine = await aStartedEngine(await aDatabase(), { telemetry });
    engine.processJobs({ topicName: 'tick', completion: 'auto' }, () => {});
    const done = nextOf(engine, 'job:completed', 'tick');
    await engine.addSchedule('tick', '* * * * * *', { count: 1 });
    await done;
    expect(await points('programma.jobs.added')).toEqual([[{ topic: 'tick' }, 1]]);
  });

  it('tell how much waits and for how long, up to a thousand, until the engine is shut down', async () => {
    const { telemetry, points } = aCollector();
    const own = await aDatabase();
    const engine = await aStartedEngine(own, { telemetry, workers: false });
    const many = Array.from({ length: 1_200 }, (_, i) => ({ topic: 'deep', priority: i % 10 }));
    await engine.addJobs([...many, { topic: 'shallow', priority: 9, runAfterDate: new Date(Date.now() - 90_000) }]);
    await engine.addJob('later', { runAfterSeconds: 60 });
    expect(await points('programma.queue.due')).toEqual([
      [{ topic: 'deep' }, 1_000],
      [{ topic: 'shallow' }, 1],
    ]);
    const [, [, oldest] = []] = await points('programma.queue.oldest_due');
    expect(oldest).toBeGreaterThanOrEqual(89);
    expect(oldest).toBeLessThan(150);
    await own.query(`delete from programma.queue where topic = 'shallow'`);
    expect(await points('programma.queue.due')).toContainEqual([{ topic: 'shallow' }, 0]);
    await engine.shutdown();
    // Nobody asks an engine that is gone.
    faults.length = 0;
    await points('programma.queue.due');
    expect(faults).toEqual([]);
  });
});

it('is refused when it is something else', () => {
  expect(() => anEngine(database, { telemetry: {} as never })).toThrow('telemetry: is not what openTelemetry()');
});
