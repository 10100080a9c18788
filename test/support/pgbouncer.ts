/** The real PgBouncer in transaction mode before a server, of a spec's own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverAccount } from '../../lib/testing/postgres/account.js';
import { atTheEnd } from './at-the-end.js';
import { eventually } from './eventually.js';

const PROGRAM = ['/usr/sbin/pgbouncer', '/usr/local/sbin/pgbouncer', '/opt/homebrew/bin/pgbouncer'].find(existsSync);

/** @returns the url of the same database, by way of the pooler */
export async function aPgBouncer(url: string, { poolSize = 4 } = {}): Promise<string> {
  if (!PROGRAM) throw new Error('PgBouncer is not installed: apt-get install pgbouncer (or brew install pgbouncer).');
  const { hostname, port, password, username, pathname } = new URL(url);
  const account = await serverAccount();
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'programma-pgbouncer-'));
  const own = await freePort();
  const settings = join(folder, 'pgbouncer.ini');
  const server = `host=${hostname} port=${port} user=${username} password='${decodeURIComponent(password)}'`;
  await writeFile(
    settings,
    `[databases]
     * = ${server}
     [pgbouncer]
     listen_addr = 127.0.0.1
     listen_port = ${own}
     unix_socket_dir =
     auth_type = any
     pool_mode = transaction
     default_pool_size = ${poolSize}
     max_client_conn = 200
     logfile = ${join(folder, 'pgbouncer.log')}
    `.replaceAll(/^ +/gm, ''),
  );
  // It refuses to be root, as the server does.
  if (account.uid !== undefined && account.gid !== undefined)
    for (const path of [folder, settings]) await chown(path, account.uid, account.gid);
  await chmod(folder, 0o700);
  const child = spawn(PROGRAM, ['--quiet', settings], { ...account, cwd: '/', stdio: 'ignore' });
  atTheEnd(async () => {
    await ended(child);
    await rm(folder, { recursive: true, force: true });
  });
  const pooled = `postgres://${username}@127.0.0.1:${own}${pathname}`;
  await eventually(() => answers(pooled));
  return pooled;
}

async function answers(url: string): Promise<boolean> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
