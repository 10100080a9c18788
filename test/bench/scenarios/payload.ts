/** Large payloads: 10 kB and 200 kB, added in bulk and drained. */
import { jobsPerSecond, ONE_EACH, type Scenario } from '../scenario.js';

const SIZES = [
  ['10', 10_000, 5_000, 200],
  ['200', 200_000, 400, 20],
] as const;

export const payload: Scenario = {
  name: 'payload',
  about:
    '5,000 jobs of 10 kB and 400 of 200 kB, added in calls of 2 MB and 4 MB, then drained by one process whose handler reads them.',
  contenders: ONE_EACH,
  metrics: SIZES.flatMap(([name]) => [
    jobsPerSecond(`add${name}`, `${name} kB, added`),
    jobsPerSecond(`drain${name}`, `${name} kB, drained`),
  ]),
  start: (bench) => ({
    async turn(variant) {
      const figures: Record<string, number> = {};
      for (const [name, bytes, most, size] of SIZES)
        await bench.with(variant, async (agents) => {
          const jobs = bench.jobs(most);
          figures[`add${name}`] = await agents.first.ask('load', { jobs, bytes, size });
          figures[`drain${name}`] = await agents.drain(jobs);
          await agents.check(jobs);
        });
      return figures;
    },
  }),
};
