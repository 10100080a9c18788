/** The stage of one run: the server that is struck, the one that testifies, and the proxy between. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Held } from '../../lib/testing/postgres/hold.js';
import { holdAServer } from '../support/holding.js';
import { aProxy, type TestProxy } from '../support/proxy.js';
import { type EngineName, engine, program } from './engines.js';
import { LEDGER } from './ledger.js';

export interface Scene {
  readonly struck: Held;
  readonly witness: Held;
  readonly proxy: TestProxy;
  /** Where the journals of the fleet lie. */
  readonly folder: string;
  readonly engine: string;
  readonly program: string;
  end(): Promise<void>;
}

/**
 * The WAL writer rests ten seconds, so that what was not waited for is really forgotten by a crash; transactions whose
 * client has vanished end after five, as operators set it.
 */
const STRUCK = {
  wal_writer_delay: '10s',
  wal_writer_flush_after: '1GB',
  idle_in_transaction_session_timeout: '5s',
  max_connections: '400',
  shared_buffers: '64MB',
};
const WITNESS = { synchronous_commit: 'off', shared_buffers: '32MB' };

export async function aScene(name: EngineName): Promise<Scene> {
  const module = await engine(name);
  const [struck, witness] = await Promise.all([holdAServer(STRUCK), holdAServer(WITNESS)]);
  const { Programma } = (await import(module)) as typeof import('../../lib/engine.js');
  const programma = new Programma({ connectionString: struck.url, workers: false, logger: false });
  await programma.start(true);
  await programma.shutdown();
  await ask(struck.url, await readFile(new URL('./testimony.sql', import.meta.url), 'utf8'));
  await ask(witness.url, LEDGER);
  const proxy = await aProxy(struck.url);
  // A network, so that what is in flight is in flight for a while.
  proxy.delayMs = 2;
  const folder = await mkdtemp(join(tmpdir(), 'programma-chaos-'));
  return {
    struck,
    witness,
    proxy,
    folder,
    engine: module,
    program: await program(),
    async end() {
      await proxy.close();
      await Promise.all([struck.release(), witness.release()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One statement, or several in a text, on a connection of its own. */
export async function ask(url: string, text: string, values?: unknown[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(text, values)).rows as Record<string, unknown>[];
  } finally {
    await client.end().catch(() => undefined);
  }
}

export async function untilItAnswers(url: string): Promise<void> {
  for (;;) {
    try {
      await ask(url, 'select 1');
      return;
    } catch {
      await sleep(50);
    }
  }
}
