/** The whole sample app, as `npm start` runs it, on a database of its own. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { JobRecord } from 'programma';
import { freePort } from '../../sample-app/free-port.js';
import { aDatabase, type Database } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { aProcess, type TestProcess } from '../support/process.js';

let database: Database;
let app: TestProcess;
let address: string;

beforeAll(async () => {
  database = await aDatabase({ empty: true });
  const port = await freePort(4300);
  address = `http://localhost:${port}`;
  app = aProcess(new URL('../../dist-sample/main.js', import.meta.url), {
    DATABASE_URL: database.url,
    PORT: String(port),
    WELCOME_AFTER_SECONDS: '0.5',
    PAYMENT_RETRY_SECONDS: '0.2',
    REPORT_EVERY_SECONDS: '1',
  });
  await eventually(async () => (await fetch(address).catch(() => undefined))?.ok === true, 60_000);
}, 70_000);

afterAll(() => app.kill('SIGKILL'));

const ask = async (path: string): Promise<unknown> => (await fetch(`${address}/${path}`)).json();

const send = (path: string, body: object = {}) =>
  fetch(`${address}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** Adds a job, waits until it has this state, and gives its record. */
async function ends(path: string, body: object, state: string): Promise<JobRecord> {
  const { job } = (await (await send(path, body)).json()) as { job: string };
  let record: JobRecord | undefined;
  await eventually(async () => {
    record = (await ask(`jobs/${job}`)) as JobRecord;
    return record.state === state;
  }, 15_000);
  return record as JobRecord;
}

it('sends a welcome mail a little while after somebody signed up', async () => {
  const { result, createdAt, startedAt } = await ends('sign-ups', { email: 'ada@example.org' }, 'completed');
  expect(result).toEqual({ sentTo: 'ada@example.org' });
  expect(Date.parse(String(startedAt)) - Date.parse(String(createdAt))).toBeGreaterThanOrEqual(500);
});

it('does what each command of its README says', async () => {
  const readme = readFileSync(new URL('../../sample-app/README.md', import.meta.url), 'utf8');
  const commands = readme.match(/^curl .*$/gm) ?? [];
  expect(commands).toHaveLength(3);
  for (const command of commands) {
    const here = command.replace('localhost:3000', new URL(address).host);
    const { job } = JSON.parse(execFileSync('bash', ['-c', `${here} --silent --fail`], { encoding: 'utf8' }));
    await eventually(async () => ((await ask(`jobs/${job}`)) as JobRecord).state === 'completed', 15_000);
  }
});

it('refuses an address that is none, and adds nothing', async () => {
  const answer = await send('sign-ups', { email: 'nowhere' });
  expect(answer.status).toBe(400);
  expect(await database.query("select 1 from programma.jobs where data ->> 'email' = 'nowhere'")).toEqual([]);
});

it('tries a payment again until the gateway answers', async () => {
  const { attempts, errors, result } = await ends('orders', { euros: 42 }, 'completed');
  expect(attempts).toBe(3);
  expect(errors.map(({ message }) => message)).toEqual(Array(2).fill('503: the gateway does not answer'));
  // As configured; without that it would be 2.5 s at least.
  const [first = 0, second = 0] = errors.map(({ at }) => Date.parse(String(at)));
  expect(second - first).toBeLessThan(2_000);
  expect(result).toEqual({ attempt: 3, receipt: expect.stringContaining('42 euros') });
});

it('fails a payment at once that the card does not allow', async () => {
  const { attempts, errors } = await ends('orders', { euros: 1_200 }, 'failed');
  expect(attempts).toBe(1);
  expect(errors[0]).toMatchObject({ name: 'NonRetryableError' });
});

it('writes a report again and again, each run added by the one before', async () => {
  const runs = () =>
    database.query<{ run_after: Date }>(
      "select run_after from programma.jobs where topic = 'report' and state = 'completed'",
    );
  await eventually(async () => (await runs()).length >= 2, 15_000);
  const moments = (await runs()).map((run) => run.run_after.getTime());
  expect(new Set(moments).size).toBe(moments.length);
});

it('serves the page, its board and its chart', async () => {
  const page = await (await fetch(address)).text();
  expect(page).toContain('<main id="board">');
  expect(await ask('jobs')).toHaveLength(6);
  expect(await ask('activity')).toMatchObject({ stepSeconds: 5, steps: expect.arrayContaining([]) });
});

it('moves a job by hand', async () => {
  const { id } = await ends('orders', { euros: 5_000 }, 'failed');
  expect(await (await send(`jobs/${id}/retry`)).json()).toEqual({ changed: true });
  expect((await send(`jobs/${id}/juggle`)).status).toBe(400);
});

it('stops at Ctrl-C: nothing runs any more, and nothing is lost', async () => {
  app.interrupt();
  expect(await app.exited).toMatchObject({
    signal: 'SIGINT',
    stdout: expect.stringContaining('Stopped'),
    stderr: '',
  });
  expect(await database.query("select 1 from programma.jobs where state = 'active'")).toEqual([]);
  expect(
    await database.query("select 1 from programma.jobs where topic = 'report' and state = 'created'"),
  ).toHaveLength(1);
});
