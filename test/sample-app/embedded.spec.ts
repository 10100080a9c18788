/** The embedded server of the sample app: how it starts, is shared, survives, and ends. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { database } from '../../sample-app/database.js';
import { eventually } from '../support/eventually.js';
import { aClone, type Clone } from './a-clone.js';

/** To make a cluster of databases is much work for a machine that has other things to do. */
const READY_MS = 60_000;
jest.setTimeout(2 * READY_MS);

// One clone for most: to make a cluster of databases takes a second, to start it a fifth of that.
let clone: Clone;
beforeAll(async () => {
  clone = await aClone();
});

it('says where the data are and that they stay', async () => {
  const app = clone.app();
  const { lines, url } = await app.until('ready', READY_MS);
  expect(String(lines)).toContain(`Its data stay in ${clone.path}/.postgres/data from start to start`);
  app.kill('SIGKILL');
  await stops(url);
});

it('keeps its data from start to start, at the same address, also when the app was killed', async () => {
  const first = clone.app();
  const { url, starts } = await first.until('ready', READY_MS);
  first.kill('SIGKILL');
  await stops(url);
  const second = clone.app();
  expect(await second.until('ready', READY_MS)).toMatchObject({ starts: Number(starts) + 1, url });
  second.kill('SIGKILL');
  await stops(url);
});

it('outlives Ctrl-C until the app has said its last word', async () => {
  const app = clone.app();
  const { url } = await app.until('ready', READY_MS);
  app.interrupt();
  expect(await app.until('last word')).toMatchObject({ rows: [{ written: 1 }] });
  expect(await app.exited).toMatchObject({ code: 0 });
  await stops(url);
});

it('is joined by a second start in the same clone, and ends with the last one', async () => {
  const [first, second] = [clone.app(), clone.app()];
  const [one, two] = await Promise.all([first.until('ready', READY_MS), second.until('ready', READY_MS)]);
  expect(one.url).toBe(two.url);
  first.kill('SIGKILL');
  await first.exited;
  expect(await answers(two.url)).toBe(true);
  second.kill('SIGKILL');
  await stops(two.url);
});

it('takes the data over from a server whose keeper was killed', async () => {
  const first = clone.app();
  const { url, starts } = await first.until('ready', READY_MS);
  const server = readFileSync(join(clone.path, '.postgres/data/postmaster.pid'), 'utf8').split('\n')[0] ?? '';
  process.kill(Number(execFileSync('ps', ['-o', 'ppid=', '-p', server])), 'SIGKILL');
  first.kill('SIGKILL');
  await first.exited;
  expect(await answers(url)).toBe(true);
  expect(await clone.app().until('ready', READY_MS)).toMatchObject({ starts: Number(starts) + 1, url });
});

it('works in a clone that only its owner may enter and whose install scripts did not run, beside the server of another clone', async () => {
  const other = await clone.app().until('ready', READY_MS);
  const closed = await aClone(0o700);
  const { url, starts } = await closed.app().until('ready', READY_MS);
  expect(starts).toBe(1);
  expect(url).not.toBe(other.url);
});

it('is not needed when DATABASE_URL names a database', async () => {
  const before = process.env.DATABASE_URL;
  process.env.DATABASE_URL = 'postgres://elsewhere/app';
  try {
    expect(await database(() => {})).toMatchObject({ url: 'postgres://elsewhere/app' });
  } finally {
    if (before === undefined) delete process.env.DATABASE_URL;
    else process.env.DATABASE_URL = before;
  }
});

async function answers(url: unknown): Promise<boolean> {
  const client = new pg.Client(String(url));
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}

const stops = (url: unknown) => eventually(async () => !(await answers(url)));
