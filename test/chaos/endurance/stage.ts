/** A server and an engine for what takes long, and a transaction that stays open and keeps every dead row. */
import { performance } from 'node:perf_hooks';
import pg from 'pg';
import { holdAServer } from '../../support/holding.js';

type Engine = typeof import('../../../lib/engine.js');

const NAME = /programma:([a-z-]+)/;

export interface Timing {
  statement: string;
  atMs: number;
  tookMs: number;
}

/** How long each statement of this process took, for whoever made it. */
export function timeStatements(): Timing[] {
  const timings: Timing[] = [];
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function (this: pg.Client, ...said: unknown[]) {
    const statement = NAME.exec((said[0] as { text?: string })?.text ?? '')?.[1];
    const from = performance.now();
    const answer = Reflect.apply(query, this, said) as unknown;
    if (statement === undefined || !(answer instanceof Promise)) return answer as never;
    return answer.finally(() => timings.push({ statement, atMs: from, tookMs: performance.now() - from })) as never;
  } as typeof query;
  return timings;
}

export interface Stage {
  readonly engine: Engine;
  readonly url: string;
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** From now on no row that dies can be removed. */
  holdASnapshot(): Promise<void>;
  end(): Promise<void>;
}

export async function aStage(): Promise<Stage> {
  const server = await holdAServer();
  const engine = (await import(new URL('../../../dist/engine.js', import.meta.url).href)) as Engine;
  const looker = new pg.Client(server.url);
  const holder = new pg.Client(server.url);
  await Promise.all([looker.connect(), holder.connect()]);
  return {
    engine,
    url: server.url,
    query: async (text, values) => (await looker.query(text, values)).rows as Record<string, unknown>[],
    async holdASnapshot() {
      await holder.query('begin isolation level repeatable read');
      await holder.query('select count(*) from programma.queue');
    },
    async end() {
      await Promise.all([looker.end(), holder.end()]);
      await server.release();
    },
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** Adds many without saying them one by one. */
export async function fill(programma: InstanceType<Engine['Programma']>, topic: string, jobs: number): Promise<void> {
  for (let i = 0; i < jobs; i += 1_000)
    await programma.addJobs(Array.from({ length: Math.min(1_000, jobs - i) }, () => ({ topic, data: { i } })));
}
