/** A Redis of a spec's own, to be flushed, killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../sample-app/free-port.js';
import { atTheEnd } from '../support/at-the-end.js';
import { eventually } from '../support/eventually.js';

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  start(): Promise<void>;
  /** kill -9; nothing was written to disk. */
  kill(): Promise<void>;
}

/** It runs when this resolves. */
export async function aRedis(): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'programma-redis-'));
  const port = await freePort(16_400 + Math.floor(Math.random() * 1_000));
  let child: ChildProcess | undefined;
  const answers = async (): Promise<boolean> => {
    const socket = connect(port, '127.0.0.1');
    const answered = await once(socket, 'connect').catch(() => undefined);
    socket.destroy();
    return answered !== undefined;
  };
  const server: RedisServer = {
    url: `redis://127.0.0.1:${port}`,
    port,
    async start() {
      const settings = [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--save',
        '',
        '--appendonly',
        'no',
        '--dir',
        folder,
      ];
      child = spawn('redis-server', settings, { stdio: 'ignore' });
      child.on('error', () => undefined);
      await eventually(answers);
    },
    async kill() {
      if (!child || child.exitCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
      child = undefined;
    },
  };
  await server.start();
  atTheEnd(async () => {
    await server.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  return server;
}
