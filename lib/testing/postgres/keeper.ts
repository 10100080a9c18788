/** A small process of its own that runs one PostgreSQL server for as long as anybody holds it. */
import { ftruncateSync, unlinkSync } from 'node:fs';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { type Account, canEnter, serverAccount } from './account.js';
import { binaries } from './binaries.js';
import { type Ask, type Keeping, logOf, socketOf, type Told } from './keeping.js';
import { Server } from './server.js';

/**
 * It is a process because Ctrl-C goes to everything the terminal started: the server must outlive the app, or the
 * app's last words meet a dead server. And it goes by open connections because those end by themselves, however their
 * owner died: an app or a test run that was killed leaves no server behind. Whoever connects to the socket holds the
 * server and is told its address; the first to come finds it starting, the last to go takes it down.
 */
const FIRST_HOLDER_WITHIN_MS = 30_000;

const keeping = JSON.parse(process.argv[2] ?? '') as Keeping;
const holders = new Set<Socket>();
let server: Server | undefined;

// One thing after the other: somebody may come while the server is being stopped.
let last: Promise<unknown> = Promise.resolve();
function inTurn<T>(act: () => Promise<T>): Promise<T> {
  const turn = last.then(() => act());
  last = turn.catch(() => {});
  return turn;
}

async function home(account: Account): Promise<string> {
  try {
    await mkdir(keeping.home, { recursive: true });
    await chmod(keeping.home, 0o711);
    if (await canEnter(account, keeping.home)) return keeping.home;
  } catch {
    // A clone that is not ours to write.
  }
  return keeping.spot;
}

async function prepare(): Promise<Server> {
  const account = await serverAccount();
  const options = { account, settings: keeping.settings, keep: keeping.keep, log: logOf(keeping) };
  return new Server({ ...options, binaries: await binaries(account, keeping.spare), home: await home(account) });
}

async function come(): Promise<Server> {
  server ??= await prepare();
  await server.start();
  return server;
}

async function obey(ask: Ask): Promise<void> {
  if (ask.act === 'start') await server?.start(ask.settings);
  if (ask.act === 'stop') await server?.stop();
  if (ask.act === 'kill') await server?.kill();
}

async function leave(holder?: Socket): Promise<void> {
  if (holders.size === 0) await server?.stop();
  if (holders.size === 0) {
    door.close();
    if (!keeping.keep) await rm(keeping.spot, { recursive: true, force: true });
  }
  // Only now, so that a holder who waits for this end knows what it means.
  holder?.end();
  if (holders.size === 0) setImmediate(() => process.exit(0));
}

async function attend(holder: Socket): Promise<void> {
  const tell = (told: Told) => holder.write(`${JSON.stringify(told)}\n`);
  const joined = holders.size > 0;
  holders.add(holder);
  holder.on('error', () => {});
  try {
    const { url, data } = await inTurn(come);
    tell({ url, data, joined });
    for await (const line of createInterface({ input: holder })) {
      await inTurn(() => obey(JSON.parse(line) as Ask));
      tell({ done: true });
    }
  } catch (error) {
    tell({ error: error instanceof Error ? error.message : String(error) });
  }
  holders.delete(holder);
  await inTurn(() => leave(holder));
}

const door = createServer({ allowHalfOpen: true }, (holder) => void attend(holder));

door.once('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EADDRINUSE') throw error;
  // Another keeper, or what a killed one left: only a living one answers.
  connect(socketOf(keeping))
    .on('connect', () => process.exit(0))
    .on('error', () => {
      unlinkSync(socketOf(keeping));
      open();
    });
});

function open(): void {
  door.listen(socketOf(keeping), () => {
    ftruncateSync(process.stderr.fd, 0);
    setTimeout(() => void inTurn(leave), FIRST_HOLDER_WITHIN_MS).unref();
  });
}

async function end(): Promise<void> {
  holders.clear();
  await inTurn(leave);
}

process.umask(0o022);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void end());
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error.stack}\n`);
  void end();
});
open();
