/** 3,000 jobs a second for two minutes under an old snapshot: how long does a claim take at the end, against the start? */
import type { Agents, Bench } from '../bench.js';
import type { Variant } from '../contender.js';
import { milliseconds, type Scenario } from '../scenario.js';
import { heldSnapshot } from './held.js';

const PER_SECOND = 3_000;
const SECONDS = 120;
const WINDOW_SECONDS = 10;
/** So many at once: no peer on PostgreSQL takes 3,000 single adds a second. */
const AT_ONCE = 30;

export const steady: Scenario = {
  name: 'steady',
  about:
    '3,000 jobs/s for two minutes, added by one process, thirty a call, and worked off by another, while a transaction stays open. The mean time of the ' +
    'claiming statement in the first and in the last ten seconds, as the server counts it, and what was left undone at the end.',
  contenders: ['programma', 'pg-boss', 'graphile'],
  metrics: [
    milliseconds('first', 'a claim, first 10 s'),
    milliseconds('last', 'a claim, last 10 s'),
    { key: 'grew', title: 'last / first', unit: '×', better: 'less' },
    { key: 'left', title: 'not done at the end', unit: 'jobs', better: 'less' },
  ],
  rounds: 1,
  start: (bench) => ({
    turn: (variant) =>
      bench.with(variant, (agents, url) => heldSnapshot(url, () => run(bench, variant, agents, url)), { processes: 2 }),
  }),
};

async function run(bench: Bench, variant: Variant, agents: Agents, url: string): Promise<Record<string, number>> {
  const [producer, worker] = agents.all;
  if (!producer || !worker) throw new Error('two processes');
  await worker.ask('work');
  const seconds = Math.max(3 * WINDOW_SECONDS, Math.round(SECONDS * bench.options.scale));
  const adding = producer.ask('addSteadily', { perSecond: PER_SECOND, seconds, size: AT_ONCE });
  // It is awaited at the end; should it fail before, that is told there.
  adding.catch(() => undefined);
  const claims = async () => bench.server.statements(url, variant.claim);
  const meanOver = async () => {
    const before = await claims();
    await new Promise((resolve) => setTimeout(resolve, WINDOW_SECONDS * 1_000));
    const after = await claims();
    return (after.ms - before.ms) / Math.max(1, after.fitting - before.fitting);
  };
  const first = await meanOver();
  await new Promise((resolve) => setTimeout(resolve, (seconds - 2 * WINDOW_SECONDS - 1) * 1_000));
  const last = await meanOver();
  const left = (await adding) - worker.count;
  return { first, last, grew: last / first, left };
}
