/** The server of a scenario: embedded, durable by default, and what it says about its own work. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { holdAServer } from '../support/holding.js';

export interface ServerWork {
  readonly walBytes: number;
  readonly commits: number;
  readonly buffers: number;
  readonly cpuSeconds: number;
}

const TICKS_A_SECOND = 100;

export class Server {
  private databases = 0;
  readonly client: pg.Client;

  private constructor(
    readonly url: string,
    private readonly data: string | undefined,
    private readonly end: () => Promise<void>,
  ) {
    this.client = new pg.Client(url);
    this.client.on('error', () => undefined);
  }

  /** As it comes, but for memory, and for checkpoints that would hit one contender and spare the next. */
  static async embedded(): Promise<Server> {
    const held = await holdAServer({
      shared_buffers: '512MB',
      max_wal_size: '8GB',
      shared_preload_libraries: 'pg_stat_statements',
    });
    const server = new Server(held.url, held.data, () => held.release());
    await server.client.connect();
    await server.client.query('create extension pg_stat_statements');
    return server;
  }

  /** One that runs already; undefined when none answers. */
  static async at(url: string): Promise<Server | undefined> {
    const server = new Server(url, undefined, async () => undefined);
    try {
      await server.client.connect();
      return server;
    } catch {
      return undefined;
    }
  }

  async version(): Promise<string> {
    return (await this.client.query('show server_version')).rows[0].server_version;
  }

  async database(): Promise<string> {
    const name = `programma_bench_${process.pid}_${++this.databases}`;
    await this.client.query(`create database ${name}`);
    const url = new URL(this.url);
    url.pathname = `/${name}`;
    return url.href;
  }

  async drop(url: string): Promise<void> {
    await this.client.query(`drop database if exists ${nameOf(url)} with (force)`);
  }

  /** Counted when the connections that did it have ended: a backend that idles keeps its numbers for ten seconds. */
  async work(url: string): Promise<ServerWork> {
    await this.client.query('select pg_stat_clear_snapshot()');
    const { rows } = await this.client.query(
      'select xact_commit as commits, blks_hit + blks_read as buffers from pg_stat_database where datname = $1',
      [nameOf(url)],
    );
    const [row] = rows;
    return {
      walBytes: await this.walBytes(),
      commits: Number(row.commits),
      buffers: Number(row.buffers),
      cpuSeconds: await this.cpu(),
    };
  }

  /** All that the server has written to its log. */
  async walBytes(): Promise<number> {
    return Number((await this.client.query("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as wal")).rows[0].wal);
  }

  /** Statements that this database has run, and of those that fit, how long they took. */
  async statements(url: string, fits?: RegExp): Promise<{ calls: number; ms: number; fitting: number }> {
    const { rows } = await this.client.query(
      `select s.query, s.calls::float8, s.total_exec_time as ms from pg_stat_statements s
       join pg_database d on d.oid = s.dbid where d.datname = $1`,
      [nameOf(url)],
    );
    const fitting = fits ? rows.filter(({ query }) => fits.test(query)) : rows;
    return {
      calls: rows.reduce((all, { calls }) => all + calls, 0),
      ms: fitting.reduce((all, { ms }) => all + ms, 0),
      fitting: fitting.reduce((all, { calls }) => all + calls, 0),
    };
  }

  /** CPU seconds of the server's processes, those that have ended included. */
  async cpu(): Promise<number> {
    if (this.data === undefined) return Number.NaN;
    const postmaster = Number((await readFile(join(this.data, 'postmaster.pid'), 'utf8')).split('\n')[0]);
    return cpuOf(postmaster);
  }

  async release(): Promise<void> {
    await this.client.end();
    await this.end();
  }
}

/** CPU seconds of a process and its children. */
export async function cpuOf(pid: number): Promise<number> {
  let ticks = 0;
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    // After the name, which may hold anything: state, ppid, …, utime, stime, cutime, cstime.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [utime, stime, cutime, cstime] = fields.slice(11, 15).map(Number);
    if (Number(entry) === pid) ticks += (utime ?? 0) + (stime ?? 0) + (cutime ?? 0) + (cstime ?? 0);
    else if (Number(fields[1]) === pid) ticks += (utime ?? 0) + (stime ?? 0);
  }
  return ticks / TICKS_A_SECOND;
}

const nameOf = (url: string): string => new URL(url).pathname.slice(1);
