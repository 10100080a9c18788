/** Handing topics over to a target of one's own, which needs no broker: what is the driver's business. */
import { expect, it } from '@jest/globals';
import {
  type Delivery,
  type HandOffMessage,
  OptionsError,
  PayloadTooLargeError,
  type Target,
} from '../../lib/engine.js';
import { aDatabase, type Database } from '../support/database.js';
import { aStartedEngine, next, nextOf } from '../support/engine.js';
import { eventually } from '../support/eventually.js';

const database: Database = await aDatabase();
let topics = 0;
const aTopic = (): string => `handed.${++topics}`;

/** A broker in memory, told what to do with the next delivery. */
function aTarget(answer: (messages: readonly HandOffMessage[]) => Delivery | Promise<Delivery> = confirmAll) {
  const batches: (readonly HandOffMessage[])[] = [];
  const target: Target & { batches: typeof batches; present: boolean; closed: number } = {
    broker: 'memory',
    options: { deadlineSeconds: 3_600, whenLost: 'retry', batch: 100, confirmMs: 1_000 },
    batches,
    present: true,
    closed: 0,
    async deliver(messages) {
      batches.push(messages);
      if (!target.present) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      return answer(messages);
    },
    async ping() {
      if (!target.present) throw new Error('it is away');
    },
    async close() {
      target.closed++;
    },
  };
  return target;
}
const confirmAll = (messages: readonly HandOffMessage[]): Delivery => ({ confirmed: messages.map(({ id }) => id) });
const many = (topic: string, n: number) => Array.from({ length: n }, (_, i) => ({ topic, data: i }));
const countOf = async (topic: string, state: string): Promise<number> => {
  const [row] = await database.query<{ n: number }>(
    'select count(*)::int n from programma.jobs where topic = $1 and state = $2',
    [topic, state],
  );
  return row?.n ?? 0;
};

it('hands over many jobs in one delivery, and moves them in one statement', async () => {
  const [topic, target] = [aTopic(), aTarget()];
  const programma = await aStartedEngine(database);
  await programma.addJobs(many(topic, 50));
  programma.handOff(topic, target);
  await eventually(async () => (await countOf(topic, 'processing')) === 50);
  expect(target.batches).toHaveLength(1);
  const claims = await database.query(
    'select distinct c.worker, c.lease, c.open from programma.jobs j join programma.claims c on c.id = j.claim_id where topic = $1',
    [topic],
  );
  expect(claims).toEqual([{ worker: 'memory', lease: 3_600, open: 50 }]);
});

it('sends id, topic, data, attributes and trace context', async () => {
  const [topic, target] = [aTopic(), aTarget()];
  const programma = await aStartedEngine(database);
  programma.handOff(topic, target);
  const moved = nextOf(programma, 'job:moved', topic);
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const id = await programma.addJob(topic, { data: { n: 1 }, attributes: { traceparent, tenant: 'a' } });
  await moved;
  expect(target.batches.flat()).toEqual([
    {
      id,
      topic,
      data: { n: 1 },
      attributes: { traceparent, tenant: 'a' },
      trace: { traceparent },
      handedOver: { timeoutSeconds: 3_600, by: 'memory', whenLost: 'retry' },
    },
  ]);
});

it('takes the topics of a pattern, those that wait and those that come, and leaves a handler its own', async () => {
  const prefix = aTopic();
  const target = aTarget();
  const programma = await aStartedEngine(database);
  const early = await programma.addJob(`${prefix}.early`);
  programma.processJobs({ topicName: `${prefix}.own` }, (job) => job.complete('here'));
  const moved = nextOf(programma, 'job:moved', `${prefix}.early`);
  programma.handOff(`${prefix}.*`, target);
  await moved;
  const own = await programma.addJob(`${prefix}.own`);
  const late = await programma.addJob(`${prefix}.late`);
  expect(await programma.waitForJob(own)).toMatchObject({ state: 'completed', result: 'here' });
  await eventually(async () => (await programma.getJob(late))?.state === 'processing');
  expect(target.batches.flat().map(({ id }) => id)).toEqual([early, late]);
});

it('hears of the topics of a pattern from other processes', async () => {
  const prefix = aTopic();
  const target = aTarget();
  const programma = await aStartedEngine(database);
  programma.handOff(`${prefix}.*`, target);
  await eventually(async () => (await programma.health()).listen === 'live');
  const other = await aStartedEngine(database, { workers: false });
  const id = await other.addJob(`${prefix}.from-elsewhere`);
  await eventually(async () => (await programma.getJob(id))?.state === 'processing', 15_000);
});

it('retries what the broker refuses after a backoff, and fails what no attempt can mend', async () => {
  const topic = aTopic();
  const target = aTarget((messages) => ({
    confirmed: messages.filter(({ data }) => data === 0).map(({ id }) => id),
    refused: new Map(
      messages.flatMap(({ id, data }): [string, Error][] =>
        data === 1 ? [[id, new Error('no room')]] : data === 2 ? [[id, new PayloadTooLargeError('memory', 9, 8)]] : [],
      ),
    ),
  }));
  const programma = await aStartedEngine(database);
  const ids = (await programma.addJobs(many(topic, 3))).map(({ id }) => id);
  const [retried, failed] = [nextOf(programma, 'job:retried', topic), nextOf(programma, 'job:failed', topic)];
  programma.handOff(topic, target);
  expect(await retried).toMatchObject({ job: { id: ids[1] }, error: { message: 'no room' } });
  expect(await failed).toMatchObject({ job: { id: ids[2] }, error: { code: 'PROGRAMMA_PAYLOAD_TOO_LARGE' } });
  await eventually(async () => (await programma.getJob(ids[0] ?? ''))?.state === 'processing');
});

it('finds the one job that makes a broker speechless, and hands the others over', async () => {
  const topic = aTopic();
  const target = aTarget((messages) => {
    if (messages.some(({ data }) => data === 3)) throw new Error('the codec broke');
    return confirmAll(messages);
  });
  const programma = await aStartedEngine(database);
  await programma.addJobs(many(topic, 6));
  const retried = nextOf(programma, 'job:retried', topic);
  programma.handOff(topic, target);
  expect(await retried).toMatchObject({ error: { message: 'the codec broke' } });
  await eventually(async () => (await countOf(topic, 'processing')) === 5);
  const tries = await database.query('select sum(attempts)::int n from programma.jobs where topic = $1', [topic]);
  expect(tries).toEqual([{ n: 6 }]);
});

it('claims nothing while the broker is away, spends no attempt, says it once, and goes on by itself', async () => {
  const [topic, target] = [aTopic(), aTarget()];
  const warned: string[] = [];
  const logger = { error() {}, warn: (line: string) => void warned.push(line), log: () => undefined, debug() {} };
  const programma = await aStartedEngine(database, { logger });
  target.present = false;
  await programma.addJobs(many(topic, 5));
  const said = next(programma, 'error', ({ where }) => where.includes('memory'));
  programma.handOff(topic, target);
  await said;
  await eventually(async () => (await countOf(topic, 'created')) === 5);
  const deliveries = target.batches.length;
  await programma.addJobs(many(topic, 5));
  const order =
    "select attempts, releases, run_after <= created_at + interval '1 ms' as unmoved from programma.jobs where topic = $1";
  expect(new Set((await database.query(order, [topic])).map((row) => JSON.stringify(row)))).toEqual(
    new Set([JSON.stringify({ attempts: 0, releases: 0, unmoved: true })]),
  );
  expect(target.batches).toHaveLength(deliveries);
  target.present = true;
  await eventually(async () => (await countOf(topic, 'processing')) === 10, 15_000);
  expect(warned.filter((line) => line.includes('memory is away'))).toHaveLength(1);
});

it('counts a broker that does not confirm in time as away, and delivers again', async () => {
  const topic = aTopic();
  let deaf = true;
  const target = aTarget((messages) => (deaf ? new Promise(() => undefined) : confirmAll(messages)));
  const programma = await aStartedEngine(database);
  const said = next(programma, 'error', ({ where }) => where.includes('memory'));
  programma.handOff(topic, target);
  const id = await programma.addJob(topic);
  expect(String((await said).error)).toMatch(/did not confirm within 1 s/);
  deaf = false;
  await eventually(async () => (await programma.getJob(id))?.state === 'processing', 15_000);
  expect(target.batches).toHaveLength(2);
});

it('writes what many workers report at one moment in one statement', async () => {
  const [topic, target] = [aTopic(), aTarget()];
  const programma = await aStartedEngine(database);
  const ids = (await programma.addJobs(many(topic, 50))).map(({ id }) => id);
  programma.handOff(topic, target);
  await eventually(async () => (await countOf(topic, 'processing')) === 50);
  const reporter = await programma.reporter();
  expect(await Promise.all(ids.map((id) => reporter.done(id, 'done')))).toEqual(ids.map(() => true));
  const moments = await database.query(
    `select finished_at, count(*)::int as n from programma.jobs where topic = $1 and state = 'completed' group by finished_at`,
    [topic],
  );
  expect(moments).toMatchObject([{ n: 50 }]);
});

it('lets a worker that was faster than our commit have its word', async () => {
  const topic = aTopic();
  const programma = await aStartedEngine(database);
  const target = aTarget(async (messages) => {
    for (const { id } of messages) await programma.moveJobToDone(id, { result: 'fast' });
    return confirmAll(messages);
  });
  programma.handOff(topic, target);
  const id = await programma.addJob(topic);
  expect(await programma.waitForJob(id)).toMatchObject({ state: 'completed', result: 'fast' });
  await eventually(() => target.batches.length === 1);
});

it('stops with its handle, and lets go of the broker at shutdown', async () => {
  const [topic, target] = [aTopic(), aTarget()];
  const programma = await aStartedEngine(database);
  const handle = programma.handOff(topic, target);
  await handle.stop();
  const id = await programma.addJob(topic);
  programma.handOff(topic, target);
  await eventually(async () => (await programma.getJob(id))?.state === 'processing');
  await programma.shutdown();
  expect(target.closed).toBeGreaterThan(0);
});

it('refuses what is no target, and says what is', async () => {
  const programma = await aStartedEngine(database);
  expect(() => programma.handOff('x', {} as Target)).toThrow(OptionsError);
  expect(() => programma.handOff('x', {} as Target)).toThrow(/bullmq\(\{ queue: 'mail', connection \}\)/);
});

it('moves a job by hand to somebody who is named, and fails it when they lose it, if that is asked for', async () => {
  const topic = aTopic();
  const programma = await aStartedEngine(database);
  const id = await programma.addJob(topic);
  await programma.moveJobToProcessing(id, { timeoutSeconds: 0.3, by: 'the post', whenLost: 'fail' });
  const job = await programma.waitForJob(id);
  expect(job).toMatchObject({ state: 'failed', errors: [{ message: 'lost by the post (its deadline passed)' }] });
  await expect(programma.moveJobToProcessing(id, { whenLost: 'never' as 'fail' })).rejects.toThrow(/"retry" or "fail"/);
});

it('says that a target cannot be closed, and closes everything else', async () => {
  const programma = await aStartedEngine(database);
  programma.handOff(aTopic(), { ...aTarget(), close: () => Promise.reject(new Error('it is stuck')) });
  const said = next(programma, 'error');
  await programma.drain();
  expect((await said).error).toMatchObject({ message: 'it is stuck' });
  await programma.shutdown();
  await programma.start();
  const running = aTopic();
  programma.processJobs({ topicName: running, completion: 'auto' }, () => 'ran');
  expect(await programma.waitForJob(await programma.addJob(running))).toMatchObject({ result: 'ran' });
});

it('does not press a broker that answers when it is asked and takes nothing', async () => {
  const [topic, target] = [aTopic(), aTarget(() => Promise.reject(new Error('OOM command not allowed')))];
  const programma = await aStartedEngine(database);
  programma.handOff(topic, target);
  await programma.addJob(topic);
  await eventually(() => target.batches.length > 1);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(target.batches.length).toBeLessThan(12);
});

it('gives jobs back as they were also where the way to a broker that is away cannot be closed', async () => {
  const [topic, target] = [aTopic(), aTarget()];
  target.present = false;
  const programma = await aStartedEngine(database);
  const unheard: unknown[] = [];
  const hear = (error: unknown) => void unheard.push(error);
  process.on('unhandledRejection', hear);
  programma.handOff(topic, {
    ...target,
    deliver: target.deliver,
    ping: target.ping,
    close: () => {
      throw new Error('it is stuck');
    },
  });
  const released = nextOf(programma, 'job:released', topic);
  const id = await programma.addJob(topic);
  await released;
  process.off('unhandledRejection', hear);
  expect([(await programma.getJob(id))?.attempts, unheard]).toEqual([0, []]);
});

it('refuses a target that cannot be closed at all', async () => {
  const programma = await aStartedEngine(database);
  const target = { ...aTarget(), close: undefined };
  expect(() => programma.handOff(aTopic(), target as never)).toThrow(OptionsError);
});
