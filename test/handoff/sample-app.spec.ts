/** The sample app where Redis answers and the packages are there: BullMQ pays the orders, Bull sends the emails. */
import { expect, it, jest } from '@jest/globals';
import { freePort } from '../../sample-app/free-port.js';
import { aDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { aProcess } from '../support/process.js';
import { answers, REDIS } from './places.js';

jest.setTimeout(120_000);
const there = await answers('Redis', REDIS, 6379);

(there ? it : it.skip)('hands its orders off to BullMQ, and its emails to Bull as in the brief', async () => {
  const database = await aDatabase({ empty: true });
  const port = await freePort(4800);
  const app = aProcess(new URL('../../dist-sample/main.js', import.meta.url), {
    NODE_OPTIONS: `--import ${new URL('./packages.mjs', import.meta.url).href}`,
    DATABASE_URL: database.url,
    REDIS_URL: REDIS,
    PORT: String(port),
  });
  const address = `http://localhost:${port}`;
  await eventually(async () => (await fetch(address).catch(() => undefined))?.ok === true, 90_000);
  const ends = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${address}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { job } = (await answer.json()) as { job: string };
    let record: Record<string, unknown> = {};
    await eventually(async () => {
      record = (await (await fetch(`${address}/jobs/${job}`)).json()) as Record<string, unknown>;
      return ['completed', 'failed'].includes(String(record.state));
    }, 30_000);
    return record;
  };
  expect(await ends('orders', { euros: 42 })).toMatchObject({
    state: 'completed',
    attempts: 1,
    result: { by: 'BullMQ', receipt: expect.stringContaining('42 euros') },
    progress: 'calls the gateway',
  });
  expect(await ends('emails', { email: 'ada@example.org' })).toMatchObject({ state: 'completed' });
  expect(await ends('emails', { email: 'nobody' })).toMatchObject({
    state: 'failed',
    attributes: { error: '"nobody" is no address' },
  });
  app.interrupt();
  expect(await app.exited).toMatchObject({ signal: 'SIGINT' });
});
