/** Jobs for random moments of the next 20 seconds, beside a million that are due much later: how late do they start? */
import { quantile } from '../measure.js';
import { milliseconds, ONE_EACH, type Scenario } from '../scenario.js';
import { Places } from './places.js';

const FUTURE = 1_000_000;
const JOBS = 300;
const DAY_MS = 86_400_000;
const FROM_MS = 1_500;
const TO_MS = 20_000;

export const precision: Scenario = {
  name: 'precision',
  about:
    '300 jobs, added from another process, each for a random moment between 1.5 and 20 s from then; a million others lie a day or more in the ' +
    'future. Milliseconds from that moment to the start of the handler. The million is added once a contender, before its first round.',
  contenders: ONE_EACH,
  metrics: [
    milliseconds('p50', 'late, p50'),
    milliseconds('p99', 'late, p99'),
    milliseconds('most', 'late, the latest'),
  ],
  start: (bench) => {
    const places = new Places(bench, async (agents) => {
      await agents.first.ask('load', { jobs: bench.jobs(FUTURE), size: 5_000, laterMs: [DAY_MS, 30 * DAY_MS] });
    });
    return {
      turn: async (variant) =>
        bench.on(
          await places.of(variant),
          variant,
          async (agents) => {
            const [producer, worker] = agents.all;
            if (!producer || !worker) throw new Error('two processes');
            await worker.ask('work');
            await worker.ask('note');
            await producer.ask('addForLater', { jobs: JOBS, fromMs: FROM_MS, toMs: TO_MS });
            await agents.handled(JOBS);
            const late = await worker.ask('noted');
            return { p50: quantile(late, 0.5), p99: quantile(late, 0.99), most: quantile(late, 1) };
          },
          2,
        ),
      end: () => places.free(),
    };
  },
};
