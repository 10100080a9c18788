/** A pool of ours: its clients are set up, those that may have gone silent are left out, and it ends for certain. */
import pg from 'pg';
import { monotonicMs, within } from '../base/clock.js';

/**
 * Plans must not depend on statistics, which a queue makes worthless (a table is empty when ANALYZE looks and full a
 * second later): on connections that are ours, the planner is left no other way than the index, and so plans each
 * statement once; left to itself it would plan every claim anew, which takes longer than a small claim does. Set after
 * connecting and not as startup options, which poolers refuse.
 */
export const SESSION = `
  select set_config(name, value, false) from (values
    ('enable_seqscan', 'off'), ('enable_bitmapscan', 'off'), ('enable_nestloop', 'off'), ('enable_mergejoin', 'off'),
    ('enable_sort', 'off'), ('plan_cache_mode', 'force_generic_plan'), ('jit', 'off'), ('lock_timeout', '1s'),
    ('default_transaction_isolation', 'read committed'), ('datestyle', 'ISO'), ('timezone', 'UTC')
  ) as setting(name, value)`;

export class OwnPool {
  private readonly pool: pg.Pool;
  private readonly connectedMs = new Map<pg.PoolClient, number>();
  private soundSinceMs = Number.NEGATIVE_INFINITY;

  /**
   * @param session whether its clients keep settings: not behind a pooler in transaction mode
   * @param broke is told what a client at rest met
   */
  constructor(config: pg.PoolConfig, session: boolean, broke: (error: unknown) => void) {
    this.pool = new pg.Pool({
      ...config,
      min: 0,
      // What keeps a process alive is its work: claiming, or a caller who waits. A connection at rest is none.
      allowExitOnIdle: true,
      ...(session && {
        onConnect: async (client: pg.ClientBase) => {
          const query_timeout = config.connectionTimeoutMillis;
          await client.query({ text: SESSION, ...(query_timeout && { query_timeout }) } as pg.QueryConfig);
        },
      }),
    });
    this.pool.on('error', broke);
    this.pool.on('connect', (client) => {
      this.connectedMs.set(client, monotonicMs());
      client.once('end', () => this.connectedMs.delete(client));
    });
  }

  async connect(): Promise<pg.PoolClient> {
    for (;;) {
      const client = await this.pool.connect();
      if ((this.connectedMs.get(client) ?? 0) >= this.soundSinceMs) return client;
      cut(client);
      client.release(true);
    }
  }

  /** Somebody got no answer: what was connected before may be as dead, and would be found out one by one. */
  suspect(): void {
    this.soundSinceMs = monotonicMs();
  }

  /** Connections that do not say goodbye within `ms` are cut: a peer that vanished never will. */
  async end(ms: number): Promise<void> {
    const left = [...this.connectedMs.keys()].map((client) => new Promise((resolve) => client.once('end', resolve)));
    await within(ms, Promise.all([this.pool.end(), ...left]));
    // Those that are not connected yet are known to the pool alone.
    const { _clients: unconnected } = this.pool as unknown as { _clients: pg.ClientBase[] };
    for (const client of [...this.connectedMs.keys(), ...unconnected]) {
      client.on('error', () => undefined);
      cut(client);
    }
  }
}

/** Ends a connection without waiting for the other side, which may never answer. */
export function cut(client: pg.ClientBase): void {
  const { connection } = client as unknown as { connection?: { stream?: { destroy(): void } } };
  connection?.stream?.destroy();
}
