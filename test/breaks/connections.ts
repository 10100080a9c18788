/** Breaks of what is promised about connections. */
import { type Break, change } from './break.js';

const CONNECTED = 'test/behaviour/reliability/connections.spec.ts';
const PGBOUNCER = 'test/behaviour/reliability/pgbouncer.spec.ts';
const LOOP = 'test/unit/loop.spec.ts';
const part = '6 connections';

export const CONNECTIONS: readonly Break[] = [
  {
    part,
    what: 'each failure says that the database is away',
    changes: [
      ...change('base/outage.ts', 'if (this.since !== undefined) return;', ''),
      ...change('base/outage.ts', 'this.said = now - this.saidAt >= SAY_AGAIN_AFTER_MS;', 'this.said = true;'),
    ],
    spec: CONNECTED,
    red: ['goes on after a restart of the server', 'until it is promoted'],
  },
  {
    part,
    what: 'who cannot start is told that work will go on',
    changes: change('store/database.ts', 'if (this.reached) this', 'this'),
    spec: CONNECTED,
    red: ['promises nothing to whoever cannot start'],
  },
  {
    part,
    what: 'what was missed is looked for only after an outage that was said, and not after LISTEN is back',
    changes: [
      ...change(
        'base/outage.ts',
        'this.saying.back(this.said ? seconds : undefined);',
        'if (this.said) this.saying.back(seconds);',
      ),
      ...change('notify/listener.ts', 'this.parts.caughtUp();', ''),
    ],
    spec: CONNECTED,
    red: ['the end of a second outage in a minute'],
  },
  {
    part,
    what: 'connections at rest have no error listener',
    changes: change('store/own-pool.ts', "this.pool.on('error', broke);", ''),
    spec: CONNECTED,
    red: ['survives pg_terminate_backend'],
  },
  {
    part,
    what: 'connections in use have no error listener',
    changes: change('store/database.ts', "client.on('error', this.onIdleError);\n      const", 'const'),
    spec: CONNECTED,
    red: ["caller's own pool breaks in the middle"],
  },
  {
    part,
    what: 'the engine shares the pool of its callers',
    changes: change('store/database.ts', 'engine: new OwnPool(', 'engine: this.foreign ?? new OwnPool('),
    spec: CONNECTED,
    red: ['hold every client of the pool they share'],
  },
  {
    part,
    what: "the engine's connections end while they rest",
    changes: change('store/database.ts', 'idleTimeoutMillis: 0', 'idleTimeoutMillis: 500'),
    spec: CONNECTED,
    red: ['while every connection that the server has is taken'],
  },
  {
    part,
    what: 'one silent connection says nothing about the others',
    changes: change('store/own-pool.ts', 'this.soundSinceMs = monotonicMs();', ''),
    spec: CONNECTED,
    red: ['when every connection has gone silent'],
  },
  {
    part,
    what: 'LISTEN does not ping itself',
    changes: change('notify/listener.ts', 'const PING_EVERY_MS = 15_000;', 'const PING_EVERY_MS = 600_000;'),
    spec: CONNECTED,
    red: ['that notifications do not come any more'],
  },
  {
    part,
    what: 'a connection that leads to a standby is kept',
    changes: change('store/faults.ts', " || code === '25006';", ';'),
    spec: CONNECTED,
    red: ['drops a connection that leads to a read-only standby'],
  },
  {
    part,
    what: 'a standby is no outage',
    changes: change('store/faults.ts', /'25006', \/\/.*\n/, ''),
    spec: CONNECTED,
    red: ['until it is promoted'],
  },
  {
    part,
    what: 'health waits for the database',
    changes: change('verbs/asking.ts', 'within(HEALTH_MS, ', 'within(60_000, '),
    spec: CONNECTED,
    red: ['answers how it is within seconds'],
  },
  {
    part,
    what: 'who waits for a job is told that his time is over after the look that is on its way',
    changes: change('verbs/waiting.ts', 'this.timing.wakeWithin(seconds * 1_000);', ''),
    spec: CONNECTED,
    red: ['that his time is over, on time'],
  },
  {
    part,
    what: 'a look for a job waits as long as any statement',
    changes: change('verbs/waiting.ts', 'const LOOK_MS = 5_000;', 'const LOOK_MS = 30_000;'),
    spec: CONNECTED,
    red: ['that it is done, seconds after the connection'],
  },
  {
    part,
    what: 'a server that has no place is no error of ours',
    changes: change('store/faults.ts', "['08', '53', '57P']", "['08', '57P']"),
    spec: CONNECTED,
    red: ['whose connections are all taken'],
  },
  {
    part,
    what: 'pauses are the same everywhere',
    changes: change('base/clock.ts', 'ms * (0.5 + chance())', 'ms'),
    spec: LOOP,
    red: ['spreads those pauses'],
  },
  {
    part,
    what: 'pauses do not grow',
    changes: change('base/loop.ts', 'FIRST_PAUSE_MS * 2 ** (this.failures - 1)', 'FIRST_PAUSE_MS'),
    spec: LOOP,
    red: ['after pauses that double'],
  },
  {
    part: '6 PgBouncer',
    what: 'statements are named although nobody may',
    changes: change('store/database.ts', 'const named = this.prepared && ', 'const named = '),
    spec: PGBOUNCER,
    red: ['runs jobs, retries them, and renews their leases'],
  },
  {
    part: '6 PgBouncer',
    what: 'LISTEN believes that it hears behind a pooler',
    changes: change('notify/listener.ts', 'return heard === true;', 'return true;'),
    spec: PGBOUNCER,
    red: ['notices by itself that notifications do not arrive'],
  },
];
