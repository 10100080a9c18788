/** How many jobs a second can be added, durably, by 1, 10 and 100 callers at once, and in bulk? */
import { jobsPerSecond, type Scenario } from '../scenario.js';

/** How many adds with 1, 10 and 100 callers: long enough to be steady, short enough for three rounds. */
const TIMES = [
  [1, 1_500],
  [10, 6_000],
  [100, 20_000],
] as const;
const WARM_UP = 200;
const BULK = 20_000;

export const add: Scenario = {
  name: 'add',
  about:
    'Adds of 100 B, each awaited until the database has it, from 1, 10 and 100 callers of one process; and 20,000 in calls of 1,000. ' +
    'Nothing works meanwhile. Redis keeps what it is told as its own settings say, not on disk at each add.',
  contenders: ['programma', 'limit', 'pg-boss', 'graphile', 'bullmq-pg', 'bullmq-redis'],
  metrics: [
    jobsPerSecond('c1', '1 caller'),
    jobsPerSecond('c10', '10 callers'),
    jobsPerSecond('c100', '100 callers'),
    jobsPerSecond('bulk', 'bulk, 1,000 a call'),
  ],
  start: (bench) => ({
    turn: (variant) =>
      bench.with(variant, async ({ first }) => {
        await first.ask('add', { callers: 10, times: WARM_UP });
        const figures: Record<string, number> = {};
        let added = WARM_UP;
        for (const [callers, most] of TIMES) {
          const times = bench.jobs(most);
          figures[`c${callers}`] = await first.ask('add', { callers, times });
          added += Math.ceil(times / callers) * callers;
        }
        figures.bulk = await first.ask('load', { jobs: bench.jobs(BULK) });
        const { waiting } = await first.ask('tally');
        if (waiting < added) throw new Error(`${waiting} wait, of at least ${added} that were added`);
        return figures;
      }),
  }),
};
