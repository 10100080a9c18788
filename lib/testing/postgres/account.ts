/** The account of this machine that the server runs as: PostgreSQL refuses to be root. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from '../../base/errors.js';

const run = promisify(execFile);

/** Empty when we are an ordinary user: then the server is ours, too. */
export interface Account {
  uid?: number;
  gid?: number;
}

export async function serverAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  // `nobody` is on every system; making a user on somebody's machine is not ours to do.
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all(
        ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, name])).stdout)),
      );
      if (uid && gid) return { uid, gid };
    } catch {
      // No such account: the next one.
    }
  }
  throw new EmbeddedPostgresError(
    'PostgreSQL does not run as root, and this machine has neither a user "postgres" nor "nobody". ' +
      'Make one (useradd postgres), or use a database that is there.',
  );
}

/** Whether that account can enter this folder or execute this file, by the system's own word. */
export async function canEnter(account: Account, path: string): Promise<boolean> {
  return run('test', ['-x', path], { ...account, cwd: '/' }).then(
    () => true,
    () => false,
  );
}
