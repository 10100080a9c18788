/** One PostgreSQL server on a folder of data: made when it is missing, started, stopped, killed. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { monotonicMs, sleep } from '../../base/clock.js';
import { EmbeddedPostgresError } from '../../base/errors.js';
import type { Account } from './account.js';
import type { Binaries } from './binaries.js';
import { stopLeftOver } from './left-over.js';

export type Settings = Record<string, string>;

export interface ServerOptions {
  account: Account;
  binaries: Binaries;
  /** The folder that holds `data`, the password and the port. */
  home: string;
  log: string;
  settings: Settings;
  /** False: the first files need not reach the disk, since nobody keeps them. */
  keep: boolean;
}

const STARTS_WITHIN_MS = 60_000;
const STOPS_WITHIN_MS = 20_000;
const TAKES_CONNECTIONS = new Set<unknown>(['ready', 'standby']);

export class Server {
  readonly data: string;
  private process: ChildProcess | undefined;
  private port = 0;
  /** Once somebody may know the address, no other port will do. */
  private promised = false;
  private password = '';
  private settings: Settings;

  constructor(private readonly options: ServerOptions) {
    this.data = join(options.home, 'data');
    this.settings = options.settings;
  }

  get running(): boolean {
    return this.process !== undefined;
  }

  get url(): string {
    return `postgres://postgres:${this.password}@127.0.0.1:${this.port}/postgres`;
  }

  /** These settings hold from this start on, beside those of before. */
  async start(settings: Settings = {}): Promise<void> {
    if (this.running) return;
    this.settings = { ...this.settings, ...settings };
    await this.remember();
    if (!existsSync(join(this.data, 'PG_VERSION'))) await this.initialise();

    const until = monotonicMs() + STARTS_WITHIN_MS;
    for (;;) {
      const words = await this.tryToStart(until);
      if (words === undefined) break;
      if (!this.promised && monotonicMs() < until && /could not bind|could not create any TCP/.test(words)) {
        await this.choosePort();
      } else if (/lock file "postmaster.pid"|shared memory block/.test(words) && monotonicMs() < until) {
        await stopLeftOver(this.data);
        await sleep(50);
      } else {
        throw new EmbeddedPostgresError(`PostgreSQL did not start. Its last words:\n${words}`);
      }
    }
    this.promised = true;
  }

  /** A fast shutdown: open transactions are rolled back, what was committed is written. */
  async stop(): Promise<void> {
    const { process: server } = this;
    if (!server) return;
    const gone = once(server, 'exit');
    server.kill('SIGINT');
    const slow = setTimeout(() => server.kill('SIGQUIT'), STOPS_WITHIN_MS);
    await gone;
    clearTimeout(slow);
  }

  /** kill -9 of the server and of every backend: nobody writes a last word. */
  async kill(): Promise<void> {
    const { process: server } = this;
    if (!server?.pid) return;
    const gone = once(server, 'exit');
    const backends = await childrenOf(server.pid);
    for (const pid of [server.pid, ...backends]) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself in between.
      }
    }
    await gone;
  }

  /** Undefined when it accepts connections; what it said when it ended instead. */
  private async tryToStart(until: number): Promise<string | undefined> {
    const { account, binaries, log } = this.options;
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      port: String(this.port),
      ...this.settings,
    };
    const before = existsSync(log) ? (await stat(log)).size : 0;
    const output = await open(log, 'a');
    const server = spawn(
      binaries.postgres,
      ['-D', this.data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...account, cwd: '/', env: ENV, stdio: ['ignore', output.fd, output.fd] },
    );
    let ended: string | undefined;
    // Without a listener the 'error' of a spawn that fails would end this process.
    server.on('error', (error) => {
      ended = String(error);
    });
    server.on('exit', (code, signal) => {
      ended ??= `(ended with ${signal ?? code})`;
      if (this.process === server) this.process = undefined;
    });
    await output.close();
    while (ended === undefined) {
      if (await this.isReady(server.pid)) {
        this.process = server;
        return undefined;
      }
      if (monotonicMs() > until) server.kill('SIGQUIT');
      await sleep(10);
    }
    const words = existsSync(log) ? (await readFile(log)).subarray(before).toString() : '';
    return `${words}${ended}`;
  }

  /** The server writes its state into the eighth line of postmaster.pid: pg_ctl reads it there, too. */
  private async isReady(pid: number | undefined): Promise<boolean> {
    const lines = (await readFile(join(this.data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    return Number(lines[0]) === pid && TAKES_CONNECTIONS.has(lines[7]?.trim());
  }

  private async initialise(): Promise<void> {
    const { account, binaries, home, keep } = this.options;
    const draft = `${this.data}.draft`;
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { mode: 0o700 });
    await give(draft, account);
    const flags = ['-D', draft, '-U', 'postgres', '--no-locale', '--encoding=UTF8', '--auth=scram-sha-256'];
    // The password is long and random, so its hash need not be slow: each connection would pay for that.
    flags.push(`--pwfile=${join(home, 'password')}`, '--set=scram_iterations=1', ...(keep ? [] : ['--no-sync']));
    await promisify(execFile)(binaries.initdb, flags, { ...account, cwd: '/', env: ENV });
    await rename(draft, this.data);
  }

  /** Password and port stay the same from start to start, so that an address that was noted down stays right. */
  private async remember(): Promise<void> {
    if (this.port !== 0) return;
    const { account, home } = this.options;
    const file = join(home, 'password');
    if (!existsSync(file)) {
      await writeFile(file, randomBytes(18).toString('base64url'), { mode: 0o600 });
      await give(file, account);
    }
    this.password = await readFile(file, 'utf8');
    this.port = Number(await readFile(join(home, 'port'), 'utf8').catch(() => '0'));
    if (!this.port) await this.choosePort();
  }

  private async choosePort(): Promise<void> {
    this.port = await freePort();
    await writeFile(join(this.options.home, 'port'), String(this.port));
  }
}

const ENV = { PATH: process.env.PATH, LC_ALL: 'C' };

async function give(path: string, { uid, gid }: Account): Promise<void> {
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string')
    throw new EmbeddedPostgresError('No TCP port could be had on 127.0.0.1.');
  return address.port;
}

async function childrenOf(pid: number): Promise<number[]> {
  // Linux only; elsewhere the backends end by themselves as soon as they miss their parent.
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return list.split(' ').filter(Boolean).map(Number);
}
