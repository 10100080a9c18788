/** A drain as it is with nothing beside it: what the scenarios with something beside it are compared with. */
import type { Bench } from '../bench.js';
import type { Variant } from '../contender.js';
import { jobsPerSecond, type Metric, share } from '../scenario.js';
import type { Server } from '../server.js';

export const DRAIN = 50_000;

export const besideMetrics = (what: string): Metric[] => [
  jobsPerSecond('clean', 'clean drain'),
  jobsPerSecond('beside', what),
  share('kept', 'of the clean drain'),
];

export async function cleanDrain(
  bench: Bench,
  variant: Variant,
  jobs: number,
  server: Server = bench.server,
): Promise<number> {
  return bench.with(
    variant,
    async (agents) => {
      await agents.first.ask('load', { jobs });
      const rate = await agents.drain(jobs);
      await agents.check(jobs);
      return rate;
    },
    { server },
  );
}

export const kept = (clean: number, beside: number) => ({ clean, beside, kept: beside / clean });
