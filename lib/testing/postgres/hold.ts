/** Holds a server: joins the keeper that runs it, or starts one. It runs until the last who held it has gone. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { dirname, extname, join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { monotonicMs, sleep } from '../../base/clock.js';
import { EmbeddedPostgresError } from '../../base/errors.js';
import { type Ask, type Keeping, logOf, socketOf, type Told } from './keeping.js';
import { makeOurs } from './our-folder.js';

const HELD_WITHIN_MS = 90_000;

export interface Held {
  url: string;
  data: string;
  /** True when somebody else held it already. */
  joined: boolean;
  ask(ask: Ask): Promise<void>;
  /** Resolves when the keeper has let us go: with nobody left, that is after the server has stopped. */
  release(): Promise<void>;
}

/** `node` are the flags that the keeper's Node needs to run these files as they lie here. */
export async function hold(keeping: Keeping, node: readonly string[] = []): Promise<Held> {
  await makeOurs(keeping.spot);
  const until = monotonicMs() + HELD_WITHIN_MS;
  let keeper: ChildProcess | undefined;
  while (monotonicMs() < until) {
    const held = await tryToHold(socketOf(keeping));
    if (held) return held;
    if (!keeper || keeper.exitCode !== null) {
      if (keeper?.exitCode)
        throw new EmbeddedPostgresError(`PostgreSQL's keeper ended:\n${await readFile(logOf(keeping), 'utf8')}`);
      keeper = startKeeper(keeping, node);
    }
    await sleep(20);
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL did not start within ${HELD_WITHIN_MS / 1000} seconds; ${logOf(keeping)} may say why.`,
  );
}

function startKeeper(keeping: Keeping, node: readonly string[]): ChildProcess {
  const log = openSync(logOf(keeping), 'a');
  // Compiled or not, the keeper is what we are.
  const here = fileURLToPath(import.meta.url);
  const program = join(dirname(here), `keeper${extname(here)}`);
  const keeper = spawn(process.execPath, [...node, program, JSON.stringify(keeping)], {
    // Out of the terminal's process group, so that Ctrl-C does not reach it; and out of any folder that may go.
    detached: true,
    cwd: '/',
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  keeper.unref();
  return keeper;
}

/** Undefined when nobody answers, or answered only to go: then it is worth another try. */
async function tryToHold(path: string): Promise<Held | undefined> {
  const socket = connect(path);
  const answers = createInterface({ input: socket });
  // Each way in which a socket fails ends in its 'close', which is what `answer` hears.
  for (const source of [socket, answers]) source.on('error', () => {});
  const told = await answer(socket, answers);
  if (told === undefined) return undefined;
  if ('error' in told) throw new EmbeddedPostgresError(told.error);
  if (!('url' in told)) return undefined;
  // An app that has nothing left to do ends; that it holds a server must not keep it.
  socket.unref();
  return {
    ...told,
    async ask(ask) {
      socket.ref();
      socket.write(`${JSON.stringify(ask)}\n`);
      const reply = await answer(socket, answers);
      socket.unref();
      if (reply === undefined) throw new EmbeddedPostgresError('The keeper of PostgreSQL has gone.');
      if ('error' in reply) throw new EmbeddedPostgresError(reply.error);
    },
    async release() {
      if (socket.destroyed) return;
      socket.ref();
      const gone = once(socket, 'close');
      socket.end();
      await gone;
    },
  };
}

function answer(socket: Socket, answers: Interface): Promise<Told | undefined> {
  return new Promise((resolve) => {
    const line = (text: string) => end(JSON.parse(text) as Told);
    const close = () => end(undefined);
    const end = (told: Told | undefined) => {
      answers.off('line', line);
      socket.off('close', close);
      resolve(told);
    };
    answers.on('line', line);
    socket.on('close', close);
  });
}
