/** What every broker must be as a hand-off's target, and every worker behind it. */
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type JobRecord, Programma, type ProgrammaOptions, type Target } from 'programma/engine';
import { atTheEnd } from '../support/at-the-end.js';
import { aDatabase, type Database } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { aProcess } from '../support/process.js';
import { aProxy } from '../support/proxy.js';
import type { Broker } from './broker.js';
import { aSwitch, type Switch } from './switch.js';

const PAYLOADS = [
  null,
  { plain: 'ascii' },
  { unicode: 'Grüße, 世界, 👩‍👩‍👧‍👦, \u2028 \uFFFE \u0001 "\\' },
  { nested: { list: [1, 2.5, -1e-7, true, null, { deep: [[]] }] } },
  ['an', 'array'],
  'a text',
  { large: 'x'.repeat(40_000) },
];
const THROUGHPUT = 2_000;

export function behavesAsHandOff(name: string, make: () => Promise<Broker>): void {
  describe(`hand-off to ${name}`, () => {
    jest.setTimeout(60_000);
    let broker: Broker;
    let database: Database;
    let way: Switch;
    let topics = 0;
    let topic = '';

    beforeAll(async () => {
      broker = await make();
      database = await aDatabase();
      way = await aSwitch(broker.url, broker.defaultPort);
    });

    const aTopic = () => {
      topic = `${name}.${++topics}`;
      return topic;
    };
    async function anEngine(options: ProgrammaOptions = {}, url = database.url): Promise<Programma> {
      const programma = new Programma({ connectionString: url, logger: false, shutdownTimeoutSeconds: 1, ...options });
      atTheEnd(() => programma.shutdown());
      await programma.start();
      return programma;
    }
    const add = (programma: Programma, payloads: readonly unknown[], more: object = {}) =>
      programma.addJobs(payloads.map((data) => ({ topic, data, ...more }))).then((jobs) => jobs.map(({ id }) => id));
    const states = async (): Promise<Record<string, number>> => {
      const rows = await database.query<{ state: string; n: number }>(
        'select state, count(*)::int as n from programma.jobs where topic = $1 group by state',
        [topic],
      );
      return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
    };
    const all = (state: string, n: number, withinMs = 20_000) =>
      eventually(async () => (await states())[state] === n, withinMs);
    const records = (programma: Programma, ids: readonly string[]): Promise<(JobRecord | null)[]> =>
      Promise.all(ids.map((id) => programma.getJob(id)));
    const stopAfter = async (part: { stop(): Promise<void> }, act: () => Promise<void>) =>
      act().finally(() => part.stop());

    it('delivers each job once, unchanged, and moves it to processing for an hour', async () => {
      aTopic();
      const queue = await broker.queue(way.url);
      const programma = await anEngine();
      const payloads = broker.carries200kB ? [...PAYLOADS, { large: 'ä'.repeat(100_000) }] : PAYLOADS;
      const ids = await add(programma, payloads, { attributes: { tenant: 'ä' } });
      programma.handOff(topic, queue.target());
      await all('processing', ids.length);

      const messages = await queue.drain();
      expect(messages.map(({ id }) => id).sort()).toEqual([...ids].sort());
      for (const [i, id] of ids.entries())
        expect(messages.find((message) => message.id === id)).toMatchObject({
          topic,
          data: payloads[i],
          attributes: { tenant: 'ä' },
        });
      const held = await database.query(
        `select distinct c.worker, c.lease from programma.jobs j join programma.claims c on c.id = j.claim_id where j.topic = $1`,
        [topic],
      );
      expect(held).toEqual([{ worker: name.replace(/ .*/, ''), lease: 3600 }]);
    });

    it('refuses one of ten and touches no neighbour', async () => {
      aTopic();
      const { queue, target, becomes, why } = await broker.refusing(way.url);
      const programma = await anEngine();
      const bad = { topic, id: `ffffffff-0000-7000-8000-${Date.now().toString(16).padStart(12, '0')}` };
      await programma.addJobs([
        ...Array.from({ length: 5 }, (_, i) => ({ topic, data: i })),
        { ...bad, data: 'x'.repeat(300_000) },
        ...Array.from({ length: 4 }, (_, i) => ({ topic, data: i })),
      ]);
      programma.handOff(topic, target);
      await all('processing', 9);
      await eventually(async () => (await states())[becomes] === 1);

      const { jobs } = await programma.listJobs({ topic, state: becomes });
      expect(jobs[0]).toMatchObject({ attempts: 1, errorCount: 1, errors: [{ message: expect.stringMatching(why) }] });
      if (becomes === 'created') expect(jobs[0]?.runAfter.getTime()).toBeGreaterThan(Date.now());
      const messages = await queue.drain();
      expect(messages).toHaveLength(9);
      expect(messages.map(({ id }) => id)).not.toContain(jobs[0]?.id);
    });

    it('lets jobs wait while the broker is down, spends nothing, says it once, and goes on', async () => {
      aTopic();
      const queue = await broker.queue(way.url);
      const first = queue.target();
      await first.ping();
      await first.close();
      const said: string[] = [];
      const programma = await anEngine({ heartBeat: 1 });
      programma.on('error', ({ where }) => void said.push(where));
      await way.down();
      await add(programma, Array.from({ length: 30 }));
      programma.handOff(topic, queue.target({ batch: 10, confirmSeconds: 2 }));
      await eventually(() => said.length > 0);
      await add(programma, Array.from({ length: 10 }));
      await all('created', 40);
      const spent = await database.query('select sum(attempts)::int n from programma.jobs where topic = $1', [topic]);
      expect(spent).toEqual([{ n: 0 }]);

      await way.up();
      await all('processing', 40, 30_000);
      expect(said).toEqual([`handing jobs over to ${queue.target().broker}`]);
      const ids = (await queue.drain()).map(({ id }) => id);
      expect(new Set(ids).size).toBe(40);
      const errors = await database.query('select sum(error_count)::int n from programma.jobs where topic = $1', [
        topic,
      ]);
      expect(errors).toEqual([{ n: 0 }]);
    });

    it('loses nothing to a network that parts in the middle of it, and heals', async () => {
      aTopic();
      const queue = await broker.queue(way.url);
      const programma = await anEngine({ heartBeat: 1 });
      programma.handOff(topic, queue.target({ confirmSeconds: 0.5 }));
      await add(programma, Array.from({ length: 5 }));
      await all('processing', 5);
      const away = new Promise((resolve) => programma.on('error', resolve));
      way.parted = true;
      await add(programma, Array.from({ length: 20 }));
      await away;
      await all('created', 20);
      way.parted = false;
      await all('processing', 25, 30_000);
      const ids = (await queue.drain()).map(({ id }) => id);
      expect(new Set(ids).size).toBe(25);
      expect(ids.length).toBeLessThanOrEqual(50);
    });

    it('lets go of a connection that was still being made when the network parted', async () => {
      const mute = await aSwitch(broker.url, broker.defaultPort);
      const target = (await broker.queue(mute.url)).target({ confirmSeconds: 1 });
      mute.parted = true;
      const asked = target.ping().then(
        () => 'answered',
        () => 'given up',
      );
      await eventually(() => mute.connections > 0);
      await target.close();
      // A client that goes on trying would keep the process alive.
      expect(await asked).toBe('given up');
      await eventually(() => mute.connections === 0);
    });

    it('delivers at most twice, and loses nothing, when the process dies between confirmation and commit', async () => {
      aTopic();
      const queue = await broker.queue(broker.url);
      const programma = await anEngine({ heartBeat: 1 });
      const ids = await add(programma, Array.from({ length: 20 }), { retryAfterSeconds: 1 });
      const killed = aProcess(new URL('./killed.ts', import.meta.url), {
        NODE_OPTIONS: `--import ${new URL('./packages.mjs', import.meta.url).href}`,
        DATABASE: database.url,
        BROKER: queue.target().broker,
        QUEUE: queue.name,
        BROKER_URL: broker.url,
        TOPIC: topic,
      });
      const confirmed = await killed.until('confirmed', 20_000);
      expect(await killed.exited).toMatchObject({ signal: 'SIGKILL' });
      expect(confirmed.ids).not.toHaveLength(0);
      expect((await states()).processing).toBeUndefined();

      programma.handOff(topic, queue.target());
      await all('processing', 20);
      const times = new Map<string, number>();
      for (const { id } of await queue.drain()) times.set(id, (times.get(id) ?? 0) + 1);
      expect([...times.keys()].sort()).toEqual([...ids].sort());
      expect(Math.max(...times.values())).toBeLessThanOrEqual(2);
    });

    it('lets workers complete, fail at the last try, tell their progress and add attributes', async () => {
      aTopic();
      const queue = await broker.queue(way.url);
      const programma = await anEngine({ heartBeat: 1 });
      const tries: unknown[] = [];
      programma.handOff(topic, queue.target());
      const [good = '', bad = ''] = await add(programma, [{ n: 1 }, { n: 2 }]);
      await all('processing', 2);
      const workers = await queue.work(programma, 2, async (task) => {
        const { n } = task.data as { n: number };
        if (n === 2) {
          tries.push(n);
          throw new Error(`try ${tries.length}`);
        }
        await task.progress({ percent: 50 });
        await task.addToAttributes('server', 'ä');
        return { doubled: 2 * n };
      });
      await stopAfter(workers, async () => {
        const [done, failed] = [await programma.waitForJob(good), await programma.waitForJob(bad)];
        expect(done).toMatchObject({
          state: 'completed',
          result: { doubled: 2 },
          progress: { percent: 50 },
          attributes: { server: 'ä' },
        });
        expect(failed).toMatchObject({ state: 'failed', errorCount: 1, errors: [{ message: 'try 2' }] });
        expect(tries).toHaveLength(2);
      });
    });

    it('keeps the reports of workers whose database is away, and writes them when it is back', async () => {
      aTopic();
      const queue = await broker.queue(way.url);
      const programma = await anEngine({ heartBeat: 1 });
      const proxy = await aProxy(database.url);
      atTheEnd(() => proxy.close());
      const workersOwn = await anEngine({ workers: false }, proxy.url);
      programma.handOff(topic, queue.target());
      const ids = await add(programma, Array.from({ length: 5 }));
      await all('processing', 5);
      let worked = 0;
      const workers = await queue.work(workersOwn, 1, async () => {
        if (worked++ === 0) {
          proxy.swallowing = true;
          proxy.cut();
        }
        return 'done';
      });
      await stopAfter(workers, async () => {
        await eventually(() => worked >= 1);
        await new Promise((resolve) => setTimeout(resolve, 2_000));
        expect((await states()).processing).toBe(5);
        proxy.swallowing = false;
        proxy.cut();
        proxy.swallow();
        proxy.bury();
        await all('completed', 5, 40_000);
        expect((await records(programma, ids)).map((job) => job?.result)).toEqual(ids.map(() => 'done'));
        expect(worked).toBe(5);
      });
    });

    it('takes back what was lost, and says who lost it; or fails it, if that is asked for', async () => {
      aTopic();
      const queue = await broker.queue(way.url);
      const programma = await anEngine({ heartBeat: 1 });
      const handOff = programma.handOff(topic, queue.target({ deadlineSeconds: 1 }));
      const [id = ''] = await add(programma, [1]);
      await all('processing', 1);
      await handOff.stop();
      await all('created', 1);
      const lostBy = expect.stringContaining(`lost by ${queue.target().broker}`);
      expect(await programma.getJob(id)).toMatchObject({ errors: [{ message: lostBy }] });

      aTopic();
      programma.handOff(topic, (await broker.queue(way.url)).target({ deadlineSeconds: 1, whenLost: 'fail' }));
      const [other = ''] = await add(programma, [1]);
      const failed = await programma.waitForJob(other);
      expect(failed).toMatchObject({ state: 'failed', attempts: 1, errors: [{ message: lostBy }] });
    });

    it('lets a late report complete a job that was taken back, and works on it no further', async () => {
      aTopic();
      const queue = await broker.queue(way.url);
      const programma = await anEngine({ heartBeat: 1 });
      const target = queue.target({ deadlineSeconds: 1 });
      const handOff = programma.handOff(topic, target);
      const [id = ''] = await add(programma, ['late']);
      await all('processing', 1);
      await handOff.stop();
      await all('created', 1);
      let worked = 0;
      const workers = await queue.work(programma, 1, () => ++worked);
      await stopAfter(workers, async () => {
        expect(await programma.waitForJob(id)).toMatchObject({ state: 'completed', result: 1, attempts: 1 });
        expect(await database.query('select from programma.queue where topic = $1', [topic])).toEqual([]);
        programma.handOff(topic, target);
        const [next = ''] = await add(programma, ['next']);
        await programma.waitForJob(next);
        expect(worked).toBe(2);
      });
    });

    it('lets a late report complete a job that is out for a second time, and leaves that work out', async () => {
      aTopic();
      const queue = await broker.queue(way.url);
      const programma = await anEngine({ heartBeat: 1 });
      programma.handOff(topic, queue.target({ deadlineSeconds: 1 }));
      const [id = ''] = await add(programma, ['late']);
      await all('processing', 1);
      const isOutAgain = async () => {
        const job = await programma.getJob(id);
        return job?.state === 'processing' && job.attempts > 1;
      };
      const worked: unknown[] = [];
      const workers = await queue.work(programma, 1, async ({ data }) => {
        worked.push(data);
        if (data === 'late') await eventually(isOutAgain, 20_000);
        return data;
      });
      await stopAfter(workers, async () => {
        expect(await programma.waitForJob(id)).toMatchObject({ state: 'completed', result: 'late' });
        // What was delivered again lies before it.
        const [next = ''] = await add(programma, ['next']);
        await programma.waitForJob(next);
        expect(worked).toEqual(['late', 'next']);
      });
    });

    it('lets progress begin the deadline anew', async () => {
      aTopic();
      const queue = await broker.queue(way.url);
      const programma = await anEngine({ heartBeat: 1 });
      programma.handOff(topic, queue.target({ deadlineSeconds: 1.5 }));
      const [id = ''] = await add(programma, ['slow']);
      await all('processing', 1);
      const workers = await queue.work(programma, 1, async (task) => {
        for (let i = 0; i < 6; i++) {
          await task.progress(i);
          await new Promise((resolve) => setTimeout(resolve, 600));
        }
      });
      await stopAfter(workers, async () => {
        expect(await programma.waitForJob(id)).toMatchObject({ state: 'completed', errorCount: 0, attempts: 1 });
      });
    });

    it('leaves out the work of a job that was cancelled', async () => {
      aTopic();
      const queue = await broker.queue(way.url);
      const programma = await anEngine({ heartBeat: 1 });
      programma.handOff(topic, queue.target());
      const [cancelled = '', kept = ''] = await add(programma, ['cancelled', 'kept']);
      await all('processing', 2);
      await programma.cancelJob(cancelled);
      const worked: unknown[] = [];
      const workers = await queue.work(programma, 1, ({ data }) => worked.push(data));
      await stopAfter(workers, async () => {
        await programma.waitForJob(kept);
        expect(worked).toEqual(['kept']);
      });
    });

    it('hands over many', async () => {
      aTopic();
      const queue = await broker.queue(broker.url);
      const programma = await anEngine();
      await add(
        programma,
        Array.from({ length: THROUGHPUT }, (_, n) => ({ n, text: 'x'.repeat(100) })),
      );
      const target: Target = queue.target();
      await target.ping();
      const begun = performance.now();
      programma.handOff(topic, target);
      await all('processing', THROUGHPUT, 50_000);
      const perSecond = Math.round((THROUGHPUT / (performance.now() - begun)) * 1_000);
      process.stderr.write(`hand-off to ${name}: ${perSecond} jobs/s confirmed and committed\n`);
      expect(await queue.drain()).toHaveLength(THROUGHPUT);
    });
  });
}
