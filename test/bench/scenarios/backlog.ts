/** A million jobs are due: how fast do the first 50,000 of them go? */

import { ms } from '../measure.js';
import type { Scenario } from '../scenario.js';
import { besideMetrics, cleanDrain, DRAIN, kept } from './clean.js';
import { Places } from './places.js';

const BACKLOG = 1_000_000;

export const backlog: Scenario = {
  name: 'backlog',
  about:
    'Jobs handled a second while a million are due: from the first 50,000 of what is left, in each round. Beside it the clean drain of 50,000.',
  contenders: ['programma', 'pg-boss', 'graphile'],
  metrics: besideMetrics('50,000 of a million due'),
  start: (bench) => {
    const places = new Places(bench, async (agents) => {
      await agents.first.ask('load', { jobs: bench.jobs(BACKLOG), size: 5_000 });
    });
    return {
      turn: async (variant) => {
        const url = await places.of(variant);
        const jobs = bench.jobs(DRAIN);
        const clean = await cleanDrain(bench, variant, jobs);
        const beside = await bench.on(url, variant, async (agents) => {
          const start = ms();
          await agents.work();
          await agents.handled(jobs);
          return jobs / ((ms() - start) / 1_000);
        });
        return kept(clean, beside);
      },
      end: () => places.free(),
    };
  },
};
