/** The ratios that hold on any machine: ours beside the bare SQL, and ours beside itself, in turns of one run. */
import type { Bench } from './bench.js';
import { variant } from './contenders/index.js';
import { median } from './measure.js';
import { vacuumed } from './scenarios/second-burst.js';

const ours = variant('programma');
const limit = variant('limit');

/** Jobs a second of a first burst, and of a second one by a process that starts after an idle VACUUM ANALYZE. */
export interface Bursts {
  readonly first: number;
  readonly second: number;
}

export async function bursts(bench: Bench, who: 'ours' | 'limit', jobs: number): Promise<Bursts> {
  const one = who === 'ours' ? ours : limit;
  const { url, free } = await bench.place(one);
  try {
    const burst = (before: number) =>
      bench.on(url, one, async (agents) => {
        await agents.first.ask('load', { jobs });
        const rate = await agents.drain(jobs);
        await agents.check(jobs, 0, before + jobs);
        return rate;
      });
    const first = await burst(0);
    await vacuumed(url);
    return { first, second: await burst(jobs) };
  } finally {
    await free();
  }
}

export async function drained(bench: Bench, who: 'ours' | 'limit', jobs: number): Promise<number> {
  return bench.with(who === 'ours' ? ours : limit, async (agents) => {
    await agents.first.ask('load', { jobs });
    const rate = await agents.drain(jobs);
    await agents.check(jobs);
    return rate;
  });
}

/** Adds a second by so many callers; those of `limit` share each statement from the start. */
export async function added(
  bench: Bench,
  who: 'ours' | 'limit',
  by: readonly { callers: number; times: number }[],
): Promise<number[]> {
  return bench.with(who === 'ours' ? ours : limit, async ({ first }) => {
    await first.ask('add', { callers: 10, times: 500 });
    const rates: number[] = [];
    for (const one of by) rates.push(await first.ask('add', one));
    return rates;
  });
}

/** Milliseconds of one add, and from add to handler on an idle system: the two in turns, so that both meet the same machine. */
export async function latency(bench: Bench, times: number): Promise<{ addMs: number; toHandlerMs: number }> {
  const once = { times: 1, restMs: [2, 8] as [number, number] };
  return bench.with(ours, ({ first: adder }) =>
    bench.with(ours, async ({ first: worker }) => {
      await worker.ask('work');
      await worker.ask('note');
      const adds: number[] = [];
      for (let i = 0; i < times; i++) {
        adds.push(...(await adder.ask('addApart', { ...once, sight: false })));
        await worker.ask('addApart', { ...once, sight: true });
      }
      return { addMs: median(adds), toHandlerMs: median(await worker.ask('noted')) };
    }),
  );
}
