/** A process that hosts one contender and does as the benchmark tells it. */
import type { Contender, Payload } from './contender.js';
import { variant } from './contenders/index.js';
import { ms, rateOf, secondsOf, wallMs } from './measure.js';
import { payload, payloads } from './payload.js';

const COUNTS_EVERY_MS = 4;
const BULK = 1_000;

let contender: Contender | undefined;
/** What the handlers saw. */
let count = 0;
let sum = 0;
let lateMs: number[] | undefined;
let arrived: ((payload: Payload) => void) | undefined;
let told = 0;

async function handle(data: Payload): Promise<void> {
  if (lateMs && data.atMs !== undefined) lateMs.push(wallMs() - data.atMs);
  count++;
  sum += data.n;
  arrived?.(data);
}

const get = (): Contender => {
  if (!contender) throw new Error('open first');
  return contender;
};

const acts = {
  async open({ name, url }: { name: string; url: string }) {
    contender = await variant(name).make();
    await contender.open(url);
  },

  /** Adds in the contender's form for many; answers how many a second. `laterMs`: spread over that time from then on. */
  async load(by: { jobs: number; bytes?: number; from?: number; size?: number; laterMs?: [number, number] }) {
    const { jobs, bytes = 100, from = 0, size = BULK, laterMs } = by;
    const begin = Date.now();
    const at = laterMs && (() => new Date(begin + laterMs[0] + Math.random() * (laterMs[1] - laterMs[0])));
    const seconds = await secondsOf(async () => {
      for (let i = 0; i < jobs; i += size) await get().addMany(payloads(Math.min(size, jobs - i), bytes, from + i), at);
    });
    return jobs / seconds;
  },

  /** Adds one at a time from so many callers; answers how many a second. */
  async add({ callers, times, bytes = 100 }: { callers: number; times: number; bytes?: number }) {
    const one = get() as Contender & { gathers?: boolean };
    let n = 0;
    if (!one.gathers) return rateOf(callers, times, () => one.add(payload(n++, bytes)));
    const rounds = Math.ceil(times / callers);
    return callers * (await rateOf(1, rounds, () => one.addMany(payloads(callers, bytes))));
  },

  work: () => get().work(handle),
  listenOn: ({ topics }: { topics: number }) => get().listenOn(topics, handle),

  /** Adds one after the other, each when the one before has arrived and its process is at rest again. */
  async addApart({ times, restMs, sight }: { times: number; restMs: [number, number]; sight: boolean }) {
    const took: number[] = [];
    for (let n = 0; n < times; n++) {
      const came = new Promise<void>((resolve) => {
        arrived = () => resolve();
      });
      const start = ms();
      await get().add({ ...payload(n), atMs: wallMs() });
      took.push(ms() - start);
      if (sight) await came;
      await rest(restMs[0] + Math.random() * (restMs[1] - restMs[0]));
    }
    arrived = undefined;
    return took;
  },

  /** Adds so many a second, whatever becomes of them; with `size`, so many at once in the contender's form for many. */
  async addSteadily(by: { perSecond: number; seconds: number; bytes?: number; size?: number }) {
    const { perSecond, seconds, bytes, size = 1 } = by;
    const begin = ms();
    const pending = new Set<Promise<void>>();
    let n = 0;
    const one = () => get().add({ ...payload(n, bytes), atMs: wallMs() });
    const many = () => get().addMany(payloads(size, bytes, n));
    for (;;) {
      const due = Math.min(perSecond * seconds, ((ms() - begin) / 1_000) * perSecond);
      for (; n + size <= due; n += size) {
        const adding: Promise<void> = (size === 1 ? one() : many()).finally(() => pending.delete(adding));
        pending.add(adding);
      }
      if (n + size > perSecond * seconds) break;
      await rest(1);
    }
    await Promise.all(pending);
    return n;
  },

  /** Adds jobs for random moments of the time that comes; each says in its payload when it should run. */
  async addForLater({ jobs, fromMs, toMs }: { jobs: number; fromMs: number; toMs: number }) {
    const begin = Date.now();
    const due = Array.from({ length: jobs }, () => begin + fromMs + Math.floor(Math.random() * (toMs - fromMs)));
    // From ten callers, as a service would.
    await Promise.all(
      Array.from({ length: 10 }, async (_, caller) => {
        for (let i = caller; i < jobs; i += 10) {
          const atMs = due[i] ?? begin;
          await get().add({ ...payload(i), atMs }, new Date(atMs));
        }
      }),
    );
  },

  /** From here on the handlers note how late each job comes after its `atMs`. */
  async note() {
    lateMs = [];
  },
  async noted() {
    const noted = lateMs ?? [];
    lateMs = [];
    return noted;
  },

  held: () => get().held(),
  tally: () => get().tally(),
  async seen() {
    return { count, sum };
  },
  async forget() {
    count = 0;
    sum = 0;
    told = 0;
  },

  async cpu() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },

  async pause() {
    await (get() as Contender & { pause?(): Promise<void> }).pause?.();
  },
  async resume() {
    await (get() as Contender & { resume?(): Promise<void> }).resume?.();
  },

  async close() {
    await contender?.close();
    contender = undefined;
  },
};

export type Acts = typeof acts;

const rest = (forMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, forMs));

process.on('message', ({ id, act, by }: { id: number; act: keyof Acts; by: never }) => {
  void (acts[act] as (by: never) => Promise<unknown>)(by).then(
    (answer) => process.send?.({ id, answer }),
    (error: unknown) =>
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});

// What was counted is told as it grows: the parent adds up several processes.
setInterval(() => {
  if (count === told) return;
  told = count;
  process.send?.({ count });
}, COUNTS_EVERY_MS).unref();
process.on('disconnect', () => process.exit());
