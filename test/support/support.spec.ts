/** What the other spec files rely on: databases, servers and processes of their own. */
import { describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { aDatabase } from './database.js';
import { aProcess } from './process.js';
import { aServer } from './server.js';

/** Jest's own, and so without types. */
const TALLY: string = './tally.mjs';

it('gives each caller a database of its own', async () => {
  const [one, two] = await Promise.all([aDatabase(), aDatabase()]);
  await one.query('create table mine (i int)');
  expect(await two.query("select to_regclass('mine') as found")).toEqual([{ found: null }]);
});

it('gives an empty database', async () => {
  const { query } = await aDatabase({ empty: true });
  expect(await query("select 1 from pg_namespace where nspname = 'programma'")).toEqual([]);
});

it('keeps what a killed server had committed, at the same address', async () => {
  const server = await aServer();
  await ask(server.url, 'create table kept (i int)');
  await server.kill();
  await expect(ask(server.url, 'select 1')).rejects.toThrow('ECONNREFUSED');
  await server.start({ work_mem: '1MB' });
  expect(await ask(server.url, 'select count(*) from kept')).toEqual([{ count: '0' }]);
  await server.restart();
  expect(await ask(server.url, 'show work_mem')).toEqual([{ work_mem: '1MB' }]);
});

it('hears what a process says, kills it, and learns how it ended', async () => {
  const child = aProcess(new URL('./echo.ts', import.meta.url), { GREETING: 'hello' });
  expect(await child.until('ready')).toEqual({ event: 'ready', greeting: 'hello' });
  child.kill('SIGKILL');
  expect(await child.exited).toMatchObject({ signal: 'SIGKILL' });
  await expect(child.until('never')).rejects.toThrow('ended (SIGKILL) before it said never');
});

it('lets a process end by itself', async () => {
  const child = aProcess(new URL('./echo.ts', import.meta.url), { GREETING: 'hello', BRIEF: 'yes' });
  expect(await child.exited).toMatchObject({ code: 0, stderr: '' });
});

describe('a run of which a test was skipped', () => {
  const skipped = { numPassedTests: 1, numFailedTests: 0, numRuntimeErrorTestSuites: 0 };
  const results = {
    ...skipped,
    testResults: [{ testFilePath: '', testResults: [{ status: 'pending', fullName: 'it' }] }],
  };

  it.each([
    ['true', undefined, 'In CI no test may be skipped:\n  it'],
    ['', undefined, undefined],
    // Whoever picks tests by name skips the others.
    ['true', 'one of them', undefined],
  ])('with CI=%s and the name %s fails with: %s', async (ci, testNamePattern, message) => {
    const { default: Tally } = await import(TALLY);
    const [before, write] = [process.env.CI, jest.spyOn(process.stderr, 'write').mockReturnValue(true)];
    process.env.CI = ci;
    const tally = new Tally({ testNamePattern });
    tally.onRunComplete(undefined, results);
    tally.line = undefined;
    write.mockRestore();
    if (before === undefined) delete process.env.CI;
    else process.env.CI = before;
    expect(tally.getLastError()?.message).toBe(message);
  });
});

async function ask(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  try {
    await client.connect();
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
