/** From add to the start of the handler: on an idle system, in one process and across two, and at half load. */
import { quantile } from '../measure.js';
import { jobsPerSecond, milliseconds, type Scenario } from '../scenario.js';

const SAMPLES = 100;
/** What pg-boss gets by its defaults: each waits for a poll. */
const FEW = 15;
const APART: [number, number] = [60, 100];
const FULL_SECONDS = 2;
const HALF_SECONDS = 6;

export const latency: Scenario = {
  name: 'latency',
  about:
    'Milliseconds from the call of add to the start of the handler. Idle: 100 jobs, 60 to 100 ms apart, added in the worker’s process ' +
    'and from another. Half load: one process adds half of what another could add and work off when it was let run for two seconds.',
  contenders: ['programma', 'pg-boss', 'pg-boss-default', 'graphile-default', 'graphile', 'bullmq-pg', 'bullmq-redis'],
  metrics: [
    milliseconds('p50', 'idle, one process, p50'),
    milliseconds('p99', 'idle, one process, p99'),
    milliseconds('other50', 'idle, from another process, p50'),
    milliseconds('other99', 'idle, from another process, p99'),
    milliseconds('half50', 'half load, p50'),
    milliseconds('half99', 'half load, p99'),
    jobsPerSecond('half', 'half load is'),
  ],
  start: (bench) => ({
    turn: (variant) =>
      bench.with(
        variant,
        async (agents) => {
          const [producer, worker] = agents.all;
          if (!producer || !worker) throw new Error('two processes');
          const times = variant.name === 'pg-boss-default' ? FEW : bench.jobs(SAMPLES);
          await worker.ask('work');
          await worker.ask('note');
          await worker.ask('addApart', { times, restMs: APART, sight: true });
          const own = await worker.ask('noted');
          await producer.ask('addApart', {
            times,
            restMs: variant.name === 'pg-boss-default' ? [1_500, 2_500] : APART,
            sight: false,
          });
          await agents.handled(2 * times);
          const other = await worker.ask('noted');
          const idle = {
            p50: quantile(own, 0.5),
            p99: quantile(own, 0.99),
            other50: quantile(other, 0.5),
            other99: quantile(other, 0.99),
          };
          if (variant.name === 'pg-boss-default') return idle;

          const before = worker.count;
          const start = performance.now();
          let added = 0;
          while (performance.now() - start < FULL_SECONDS * 1_000) {
            await producer.ask('add', { callers: 100, times: 500 });
            added += 500;
          }
          await agents.handled(before + added);
          const half = Math.floor(added / ((performance.now() - start) / 1_000) / 2);
          await worker.ask('noted');
          const adding = producer.ask('addSteadily', { perSecond: half, seconds: HALF_SECONDS });
          await agents.handled(before + added + (await adding));
          const late = await worker.ask('noted');
          return { ...idle, half50: quantile(late, 0.5), half99: quantile(late, 0.99), half };
        },
        { processes: 2 },
      ),
  }),
};
