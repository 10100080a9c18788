/** The promises that hold in the transaction of every ORM. */
import { EventEmitter, once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type HandlerHandle, type Job, NoTransactionError, Programma } from 'programma/engine';
import { aDatabase, type Database } from '../support/database.js';
import { type Orm, RolledBack } from './orm.js';

const NO_TOPIC = '00000000-0000-7000-8000-000000000000';

export function behavesAsTransaction(name: string, open: (url: string) => Promise<Orm>): void {
  describe(`in a transaction of ${name}`, () => {
    let database: Database;
    let programma: Programma;
    let orm: Orm;
    let topic: string;
    let handlers: HandlerHandle[] = [];
    let topics = 0;

    beforeAll(async () => {
      database = await aDatabase();
      await database.query('create table orders (id serial primary key, name text not null)');
      programma = new Programma({ connectionString: database.url, heartBeat: 3600 });
      await programma.start();
      orm = await open(database.url);
    });
    beforeEach(async () => {
      await Promise.all(handlers.map((handler) => handler.stop()));
      handlers = [];
      topic = `orders.${++topics}`;
      await database.query('truncate orders');
    });
    afterAll(async () => {
      await programma.shutdown();
      await orm.close();
    });

    const jobs = async () => (await programma.listJobs({ topic })).jobs;
    const orders = async () => (await database.query('select name from orders order by id')).map((row) => row.name);
    const add = (tx: Orm['outside'], n = 0) => programma.addJob(topic, { data: { n } }, { tx });
    const rolledBack = (work: Parameters<Orm['transaction']>[0]) =>
      expect(
        orm.transaction(async (opened) => {
          await work(opened);
          throw new RolledBack();
        }),
      ).rejects.toThrow(RolledBack);

    /** The next end of an attempt of the topic, and what it was. */
    const ending = () =>
      new Promise<string>((resolve) => {
        for (const event of ['job:completed', 'job:failed', 'job:retried', 'job:lease-lost', 'job:cancelled'] as const)
          programma.on(event, (said) => said.job.topic === topic && resolve(event));
      });
    const process = (handler: (job: Job<{ n: number }>) => unknown) =>
      handlers.push(
        programma.processJobs({ topicName: topic, completion: 'auto', backoff: { seconds: 3600 } }, handler),
      );

    it('is there when it commits', async () => {
      let id = '';
      await orm.transaction(async ({ tx, order }) => {
        await order('book');
        id = await programma.addJob(topic, { data: { "it's": 'a "?" and $1', '?': [1, null, true] } }, { tx });
      });
      expect(await orders()).toEqual(['book']);
      expect(await programma.getJob(id)).toMatchObject({
        state: 'created',
        data: { "it's": 'a "?" and $1', '?': [1, null, true] },
      });
    });

    it('is not there when it rolls back', async () => {
      await rolledBack(async ({ tx, order }) => {
        await order('book');
        await add(tx);
      });
      expect([await orders(), await jobs()]).toEqual([[], []]);
    });

    it('adds as often as it is asked, each answer in order', async () => {
      await orm.transaction(async ({ tx }) => {
        const first = await add(tx, 1);
        const added = await programma.addJobs([{ topic, data: { n: 2 } }, { topic, id: first }, { topic }], { tx });
        expect(added.map(({ status }) => status)).toEqual(['created', 'duplicate', 'created']);
      });
      expect(await jobs()).toHaveLength(3);
    });

    it('holds a unique key from the commit on, and frees it when it rolls back', async () => {
      const unique = { key: 'one', onConflict: 'reschedule' as const };
      const addOne = (tx?: Orm['outside']) => programma.addJobs([{ topic, runAfterSeconds: 3600, unique }], { tx });
      await rolledBack(async ({ tx }) => {
        expect(await addOne(tx)).toMatchObject([{ status: 'created' }]);
        expect(await addOne(tx)).toMatchObject([{ status: 'rescheduled' }]);
      });
      await orm.transaction(async ({ tx }) => {
        expect(await addOne(tx)).toMatchObject([{ status: 'created' }]);
        const again = programma.addJob(topic, { unique: { key: 'one', onConflict: 'reject' } }, { tx });
        await expect(again).rejects.toMatchObject({ code: 'PROGRAMMA_DUPLICATE_JOB' });
      });
      expect(await addOne()).toMatchObject([{ status: 'rescheduled' }]);
      expect(await jobs()).toHaveLength(1);
    });

    it('holds many keys of one call, and gives the jobs that are there', async () => {
      const named = (...keys: string[]) => keys.map((key) => ({ topic, unique: { key } }));
      const id = await programma.addJob(topic, { unique: { key: 'b' } });
      await orm.transaction(async ({ tx }) => {
        const added = await programma.addJobs(named('a', 'b', 'c'), { tx });
        expect(added.map(({ status }) => status)).toEqual(['created', 'duplicate', 'created']);
        expect(added[1]?.id).toBe(id);
      });
      expect(await jobs()).toHaveLength(3);
      await expect(programma.addJobs(named('d', 'e'), { tx: orm.outside })).rejects.toThrow(NoTransactionError);
      expect(await jobs()).toHaveLength(3);
    });

    it('goes with the savepoint that it was added in', async () => {
      await orm.transaction(async ({ tx, nested }) => {
        await add(tx, 1);
        await nested((inner) => add(inner.tx, 2).then(() => undefined));
        await nested(async (inner) => {
          await inner.order('lost');
          await add(inner.tx, 3);
          throw new RolledBack();
        }).catch((error) => expect(error).toBeInstanceOf(RolledBack));
        await add(tx, 4);
      });
      expect(await orders()).toEqual([]);
      expect((await jobs()).map(({ data }) => (data as { n: number }).n).sort()).toEqual([1, 2, 4]);
    });

    it('wakes the workers at the commit, and not before', async () => {
      const seen: unknown[] = [];
      const ran = new EventEmitter();
      process(({ data: { n } }) => {
        seen.push(n);
        ran.emit(String(n));
      });
      const [beside, within] = [once(ran, '2'), once(ran, '1')];
      await orm.transaction(async ({ tx }) => {
        // Due an hour ago: whoever looks before the commit and sees it takes it first.
        await programma.addJob(topic, { data: { n: 1 }, runAfterDate: new Date(Date.now() - 3_600_000) }, { tx });
        await programma.addJob(topic, { data: { n: 2 } });
        await beside;
        seen.push('committing');
      });
      await within;
      expect(seen).toEqual([2, 'committing', 1]);
    });

    it('cancels when it commits, and not when it rolls back', async () => {
      const id = await programma.addJob(topic, { runAfterSeconds: 3600 });
      await rolledBack(async ({ tx }) => {
        expect(await programma.cancelJob(id, { tx })).toBe(true);
      });
      expect(await programma.getJob(id)).toMatchObject({ state: 'created' });
      await orm.transaction(async ({ tx }) => {
        expect(await programma.cancelJob(id, { tx })).toBe(true);
        expect(await programma.cancelJob(id, { tx })).toBe(false);
        expect(await programma.cancelJob(NO_TOPIC, { tx })).toBe(false);
      });
      expect(await programma.getJob(id)).toMatchObject({ state: 'cancelled' });
      expect(await database.query('select from programma.queue where id = $1', [id])).toEqual([]);
    });

    it('completes a job with its effects', async () => {
      const completed = ending();
      process(async (job) =>
        orm.transaction(async ({ tx, order }) => {
          await order(`of ${job.data.n}`);
          await job.completeWithin(tx, { paid: true });
        }),
      );
      const id = await programma.addJob(topic, { data: { n: 1 } });
      expect(await completed).toBe('job:completed');
      expect(await programma.getJob(id)).toMatchObject({ state: 'completed', result: { paid: true } });
      expect(await orders()).toEqual(['of 1']);
    });

    it('leaves a job to its next attempt when the effects are rolled back', async () => {
      const ended = ending();
      process(async (job) =>
        orm
          .transaction(async ({ tx, order }) => {
            await order('lost');
            await job.completeWithin(tx);
            throw new RolledBack();
          })
          .catch(() => undefined),
      );
      const id = await programma.addJob(topic);
      expect(await ended).toBe('job:retried');
      expect(await programma.getJob(id)).toMatchObject({ state: 'created', attempts: 1 });
      expect(await orders()).toEqual([]);
    });

    it('rolls the effects back when the job is no longer the handler’s', async () => {
      let refusal: unknown;
      const ended = new Promise<void>((resolve) => {
        process(async (job) => {
          refusal = await orm
            .transaction(async ({ tx, order }) => {
              await order('lost');
              await programma.cancelJob(job.id);
              await job.completeWithin(tx);
            })
            .catch((error) => error);
          resolve();
        });
      });
      const id = await programma.addJob(topic);
      await ended;
      expect(refusal).toMatchObject({ code: 'PROGRAMMA_LEASE_LOST' });
      expect(await orders()).toEqual([]);
      expect(await programma.getJob(id)).toMatchObject({ state: 'cancelled' });
    });

    it('refuses what is in no transaction, and writes nothing', async () => {
      const id = await programma.addJob(topic, { runAfterSeconds: 3600 });
      await expect(add(orm.outside)).rejects.toThrow(NoTransactionError);
      await expect(programma.cancelJob(id, { tx: orm.outside })).rejects.toThrow(/not in an open transaction/);
      expect((await jobs()).map((job) => [job.id, job.state])).toEqual([[id, 'created']]);
    });

    it('refuses to complete a job in no transaction', async () => {
      const ended = ending();
      let refusal: unknown;
      process(async (job) => {
        refusal = await job.completeWithin(orm.outside).catch((error) => error);
        throw refusal;
      });
      const id = await programma.addJob(topic);
      expect(await ended).toBe('job:retried');
      expect(refusal).toBeInstanceOf(NoTransactionError);
      expect(await programma.getJob(id)).toMatchObject({ state: 'created' });
    });
  });
}
