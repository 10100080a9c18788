/** A million jobs (by hand: ten) are scheduled for later: how fast do 50,000 go that are due now? */
import { ms } from '../measure.js';
import type { Scenario } from '../scenario.js';
import { Server } from '../server.js';
import { besideMetrics, cleanDrain, DRAIN, kept } from './clean.js';
import { Places } from './places.js';

const FUTURE = 1_000_000;
const DAY_MS = 86_400_000;

/** @param url of another server than the suite's own */
const scenario = (name: string, about: string, contenders: readonly string[], url?: string): Scenario => ({
  name,
  about,
  contenders,
  metrics: besideMetrics('beside what is scheduled'),
  start: (bench) => {
    let other: Server | undefined;
    const server = async (): Promise<Server> => {
      if (url === undefined) return bench.server;
      other ??= await Server.at(url);
      if (!other) throw new Error(`no server answers at ${url}`);
      bench.note(`The server of \`${name}\` is PostgreSQL ${await other.version()} as it was found.`);
      return other;
    };
    const places = new Places(
      bench,
      async (agents) => {
        const jobs = bench.options.future ?? bench.jobs(FUTURE);
        await agents.first.ask('load', { jobs, size: 5_000, laterMs: [DAY_MS, 30 * DAY_MS] });
      },
      server,
    );
    return {
      turn: async (variant) => {
        const jobs = bench.jobs(DRAIN);
        const place = await places.of(variant);
        const clean = await cleanDrain(bench, variant, jobs, await server());
        const beside = await bench.on(place, variant, async (agents) => {
          await agents.first.ask('load', { jobs });
          const start = ms();
          await agents.work();
          await agents.handled(jobs);
          return jobs / (((await agents.settled()) - start) / 1_000);
        });
        return kept(clean, beside);
      },
      end: async () => {
        await places.free();
        await other?.release();
      },
    };
  },
});

export const future = scenario(
  'future',
  'A million jobs lie a day or more in the future (`--future 10000000`: ten million); 50,000 more are due and go. Beside it the clean drain.',
  ['programma', 'pg-boss', 'graphile'],
);

export const future15 = scenario(
  'future15',
  'The same on PostgreSQL 15, which has no skip scan: on the server at BENCH_POSTGRES15.',
  ['programma'],
  process.env.BENCH_POSTGRES15 ?? 'postgres://postgres@127.0.0.1:5432/postgres',
);
