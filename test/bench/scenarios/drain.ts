/** 50,000 jobs wait; how fast are they handled, by one process and by four? */
import { VARIANTS } from '../contenders/index.js';
import { jobsPerSecond, type Scenario } from '../scenario.js';

const JOBS = 50_000;
/** By its defaults it takes one job in two seconds: that is known without a day of waiting. */
const TOO_SLOW = ['pg-boss-default'];
/** What a contender with one job at a time, or a round trip a job, gets instead: its rate is the same. */
const FEWER: Record<string, number> = { 'graphile-default': 5_000, 'bullmq-pg': 10_000, 'bullmq-pg-published': 10_000 };

export const drain: Scenario = {
  name: 'drain',
  about:
    '50,000 jobs of 100 B wait (5,000 or 10,000 where a contender is far slower), then work begins: a no-op async handler a job. ' +
    'Until the last one is settled in the database.',
  contenders: VARIANTS.map(({ name }) => name).filter((name) => !TOO_SLOW.includes(name)),
  metrics: [jobsPerSecond('one', 'one process'), jobsPerSecond('four', 'four processes')],
  start: (bench) => ({
    async turn(variant) {
      const jobs = bench.jobs(FEWER[variant.name] ?? JOBS);
      const by = (processes: number) =>
        bench.with(
          variant,
          async (agents) => {
            await agents.first.ask('load', { jobs });
            const rate = await agents.drain(jobs);
            await agents.check(jobs);
            return rate;
          },
          { processes },
        );
      if (variant.name === 'limit') return { one: await by(1) };
      return { one: await by(1), four: await by(4) };
    },
  }),
};
