/** A burst after an idle night: autovacuum has written down that the queue is empty, then 200,000 jobs come. */
import pg from 'pg';
import type { Scenario } from '../scenario.js';
import { besideMetrics, kept } from './clean.js';

const JOBS = 200_000;

export const secondBurst: Scenario = {
  name: 'second-burst',
  about:
    '200,000 jobs are drained; VACUUM ANALYZE, as autovacuum does it in an idle night; then 200,000 more, by a process that starts after it. ' +
    'The second drain beside the first, before which nothing was analyzed.',
  contenders: ['programma', 'limit', 'pg-boss', 'graphile'],
  metrics: besideMetrics('second burst'),
  start: (bench) => ({
    async turn(variant) {
      const jobs = bench.jobs(JOBS);
      const { url, free } = await bench.place(variant);
      try {
        const burst = (before: number) =>
          bench.on(url, variant, async (agents) => {
            await agents.first.ask('load', { jobs });
            const rate = await agents.drain(jobs);
            await agents.check(jobs, 0, before + jobs);
            return rate;
          });
        const first = await burst(0);
        await vacuumed(url);
        return kept(first, await burst(jobs));
      } finally {
        await free();
      }
    },
  }),
};

/** The only place of the suite that does so: here it is what is measured. */
export async function vacuumed(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query('vacuum analyze');
  await client.end();
}
