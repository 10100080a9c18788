/** Five million finished jobs are kept: how fast do 50,000 new ones go? */
import pg from 'pg';
import { ms } from '../measure.js';
import type { Scenario } from '../scenario.js';
import { besideMetrics, cleanDrain, DRAIN, kept } from './clean.js';
import { Places } from './places.js';

const HISTORY = 5_000_000;

/** Written as the contender itself would have left them; through its API they would take an hour. */
const FINISHED: Record<string, string> = {
  programma: `
    insert into programma.jobs (id, run_after, created_at, started_at, finished_at, claim_id, attempts, max_attempts, state, topic, data)
    select gen_random_uuid(), t, t, t, t, gen_random_uuid(), 1, 20, 'completed', 'bench',
           jsonb_build_object('n', n, 'userId', 12345, 'email', 'somebody@example.com', 'note', 'finished long ago')
    from (select n, now() - n * interval '0.1 second' as t from generate_series($1::int, $2::int) n) f`,
  'pg-boss': `
    insert into pgboss.job (name, state, data, created_on, started_on, completed_on, start_after)
    select 'bench', 'completed', jsonb_build_object('n', n, 'userId', 12345, 'email', 'somebody@example.com', 'note', 'finished long ago'),
           t, t, t, t
    from (select n, now() - n * interval '0.1 second' as t from generate_series($1::int, $2::int) n) f`,
};
const CHUNK = 250_000;

export const history: Scenario = {
  name: 'history',
  about:
    'Five million finished jobs of the last six days are in the database (Graphile Worker keeps none, BullMQ takes them through its API alone: ' +
    'neither is here); 50,000 new ones go. Beside it the clean drain.',
  contenders: ['programma', 'pg-boss'],
  metrics: besideMetrics('beside five million finished'),
  start: (bench) => {
    const places = new Places(bench, async (_, url, variant) => {
      const client = new pg.Client(url);
      await client.connect();
      const all = bench.jobs(HISTORY);
      for (let from = 1; from <= all; from += CHUNK)
        await client.query(FINISHED[variant.name] ?? '', [from, Math.min(from + CHUNK - 1, all)]);
      await client.end();
    });
    return {
      turn: async (variant) => {
        const jobs = bench.jobs(DRAIN);
        const url = await places.of(variant);
        const clean = await cleanDrain(bench, variant, jobs);
        const beside = await bench.on(url, variant, async (agents) => {
          await agents.first.ask('load', { jobs });
          const start = ms();
          await agents.work();
          await agents.handled(jobs);
          return jobs / (((await agents.settled()) - start) / 1_000);
        });
        return kept(clean, beside);
      },
      end: () => places.free(),
    };
  },
};
