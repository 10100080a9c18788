/** A process that listens on 50 topics and has nothing to do: what does it cost in a minute? */
import type { Scenario } from '../scenario.js';

const TOPICS = 50;
const SECONDS = 60;
/** What starts and migrates is over. */
const SETTLE_MS = 5_000;

export const idle: Scenario = {
  name: 'idle',
  about:
    'One process works on 50 topics, nothing is added, for a minute: statements that reach the server (as pg_stat_statements counts them), and CPU ' +
    'of the process. All contenders idle at once, each in a process and a database of its own. Programma looks once a heartBeat (10 s by default) and ' +
    'its listener pings itself every 15 s, in two statements.',
  contenders: ['programma', 'pg-boss', 'pg-boss-default', 'graphile-default', 'graphile', 'bullmq-pg', 'bullmq-redis'],
  metrics: [
    { key: 'statements', title: 'statements a minute', unit: 'statements', better: 'less' },
    { key: 'server', title: 'their time', unit: 'ms/min', better: 'less' },
    { key: 'cpu', title: 'CPU of the process', unit: 'ms/min', better: 'less' },
  ],
  atOnce: true,
  start: (bench) => ({
    turn: (variant) =>
      bench.with(variant, async ({ first }, url) => {
        await first.ask('listenOn', { topics: TOPICS });
        await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
        const before = variant.on === 'redis' ? undefined : await bench.server.statements(url);
        const cpu = await first.ask('cpu');
        const seconds = Math.max(10, SECONDS * bench.options.scale);
        await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
        const spent = { cpu: ((await first.ask('cpu')) - cpu) * 1_000 * (60 / seconds) };
        if (!before) return spent;
        const after = await bench.server.statements(url);
        return {
          ...spent,
          statements: (after.calls - before.calls) * (60 / seconds),
          server: (after.ms - before.ms) * (60 / seconds),
        };
      }),
  }),
};
