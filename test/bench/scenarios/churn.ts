/** Steady work for ten minutes: what is left behind in the tables, and how large they and their indexes get. */
import pg from 'pg';
import type { Scenario } from '../scenario.js';

const MINUTES = 10;
const PER_SECOND = 1_000;

export const churn: Scenario = {
  name: 'churn',
  about:
    'Ten minutes (`--minutes 2`: two) of 1,000 jobs/s, added by one process and worked off by another, autovacuum as it comes. Then, for all tables ' +
    'of the contender: dead rows, and megabytes of tables and of indexes; for those through which every job passes and where none stays, alone.',
  contenders: ['programma'],
  metrics: [
    { key: 'done', title: 'jobs', unit: 'jobs', better: 'more' },
    { key: 'dead', title: 'dead rows, all tables', unit: 'rows', better: 'less' },
    { key: 'tables', title: 'tables', unit: 'MB', better: 'less' },
    { key: 'indexes', title: 'indexes', unit: 'MB', better: 'less' },
    { key: 'hotDead', title: 'dead rows, what waits', unit: 'rows', better: 'less' },
    { key: 'hot', title: 'what waits, with indexes', unit: 'MB', better: 'less' },
  ],
  rounds: 1,
  start: (bench) => ({
    turn: (variant) =>
      bench.with(
        variant,
        async (agents, url) => {
          const [producer, worker] = agents.all;
          if (!producer || !worker) throw new Error('two processes');
          await worker.ask('work');
          const seconds = Math.round((bench.options.minutes ?? MINUTES) * 60);
          const added = await producer.ask('addSteadily', { perSecond: PER_SECOND, seconds });
          await agents.handled(added);
          await agents.settled();
          await agents.check(added);
          return { done: added, ...(await sizes(url)) };
        },
        { processes: 2 },
      ),
  }),
};

/** Through these every job passes and none stays. */
const PASSING = ['queue', 'claims'];

async function sizes(url: string): Promise<Record<string, number>> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query(`
    select relname, n_dead_tup::float8 as dead, pg_table_size(relid)::float8 / 1e6 as tables,
           pg_indexes_size(relid)::float8 / 1e6 as indexes
    from pg_stat_user_tables`);
  await client.end();
  const sum = (key: string, only?: readonly string[]) =>
    rows.filter((row) => !only || only.includes(row.relname)).reduce((all, row) => all + row[key], 0);
  return {
    dead: sum('dead'),
    tables: sum('tables'),
    indexes: sum('indexes'),
    hotDead: sum('dead', PASSING),
    hot: sum('tables', PASSING) + sum('indexes', PASSING),
  };
}
