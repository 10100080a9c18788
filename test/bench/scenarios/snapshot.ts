/** Somebody's transaction stays open, so that nothing dead can be cleaned up: a drain of 200,000 under it. */
import type { Scenario } from '../scenario.js';
import { besideMetrics, cleanDrain, kept } from './clean.js';
import { heldSnapshot } from './held.js';

const JOBS = 200_000;

export const snapshot: Scenario = {
  name: 'snapshot',
  about:
    '200,000 jobs drained while a transaction that began before they were added stays open. Beside it the clean drain of 200,000.',
  contenders: ['programma', 'pg-boss', 'graphile'],
  metrics: besideMetrics('under an old snapshot'),
  start: (bench) => ({
    async turn(variant) {
      const jobs = bench.jobs(JOBS);
      const clean = await cleanDrain(bench, variant, jobs);
      const beside = await bench.with(variant, (agents, url) =>
        heldSnapshot(url, async () => {
          await agents.first.ask('load', { jobs });
          const rate = await agents.drain(jobs);
          await agents.check(jobs);
          return rate;
        }),
      );
      return kept(clean, beside);
    },
  }),
};
