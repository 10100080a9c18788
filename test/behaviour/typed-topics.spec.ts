/** Topics with a schema: payloads are checked before they are written, and before a handler gets them. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import { InvalidPayloadError } from '../../lib/base/errors.js';
import { defineTopic, Topic } from '../../lib/job/define-topic.js';
import { Programma } from '../../lib/programma.js';
import { aDatabase, type Database } from '../support/database.js';
import { nextOf } from '../support/engine.js';

let database: Database;
let programma: Programma;
beforeAll(async () => {
  database = await aDatabase();
  programma = new Programma({ connectionString: database.url, heartBeat: 3600 });
  await programma.start();
});
afterAll(() => programma.shutdown());

describe.each([
  [
    'zod',
    defineTopic('zod', z.object({ cents: z.coerce.number<string | number>().int() })),
    'cents: Invalid input: expected int',
  ],
  [
    'valibot',
    defineTopic(
      'valibot',
      v.object({ cents: v.pipe(v.union([v.string(), v.number()]), v.transform(Number), v.integer('is not whole')) }),
    ),
    'cents: is not whole',
  ],
  [
    'arktype',
    defineTopic('arktype', type({ cents: 'string.integer.parse | number.integer' })),
    'cents: cents must be an integer',
  ],
])('a topic with a schema of %s', (_, topic, issue) => {
  it('refuses what does not fit, and writes nothing', async () => {
    const refused = programma.addJob(topic, { data: { cents: 1.5 } });
    await expect(refused).rejects.toThrow(InvalidPayloadError);
    await expect(refused).rejects.toThrow(issue);
    await expect(
      programma.addJobs([
        { topic, data: { cents: 1 } },
        { topic, data: { cents: 1.5 } },
      ]),
    ).rejects.toThrow(issue);
    expect((await programma.listJobs({ topic: topic.name })).jobs).toEqual([]);
  });

  it('gives its handler what the schema makes of the payload, and keeps the payload as it was', async () => {
    const got = new Promise((resolve) => {
      programma.processJobs({ topicName: topic, completion: 'auto' }, ({ data }) => resolve(data));
    });
    const id = await programma.addJob(topic, { data: { cents: '1999' } });
    expect(await got).toEqual({ cents: 1999 });
    expect(await programma.getJob(id)).toMatchObject({ data: { cents: '1999' } });
  });

  it.each(['auto', 'manual'] as const)('fails a stored payload that does not fit at once (%s)', async (completion) => {
    const name = `${topic.name}.${completion}`;
    let called = false;
    programma.processJobs({ topicName: new Topic(name, topic.schema), completion }, () => {
      called = true;
    });
    const id = await programma.addJob(name, { data: { cents: 1.5 } });
    const record = await programma.waitForJob(id);
    expect(record).toMatchObject({ state: 'failed', attempts: 1, errors: [{ name: 'InvalidPayloadError' }] });
    expect(record.errors[0]?.message).toContain(issue);
    expect(called).toBe(false);
  });
});

it('checks a payload as its handler will see it: a Date is text by then', async () => {
  const topic = defineTopic('dates', z.object({ at: z.date() }));
  await expect(programma.addJob(topic, { data: { at: new Date() } })).rejects.toThrow(
    'at: Invalid input: expected date',
  );
});

it('tries again when a schema itself throws: that says nothing about the payload', async () => {
  let calls = 0;
  const known = v.checkAsync(async () => {
    if (++calls === 1) throw new Error('the list of countries is away');
    return true;
  });
  const schema = v.pipeAsync(v.unknown(), known);
  const topic = defineTopic('countries', schema);
  programma.processJobs({ topicName: topic, completion: 'auto', backoff: { seconds: 0 } }, () => 'done');
  const id = await programma.addJob('countries', { data: 1 });
  expect(await programma.waitForJob(id)).toMatchObject({ state: 'completed', attempts: 2, result: 'done' });
});

it('begins nothing that was cancelled while its payload was checked', async () => {
  let checked = (_: boolean): void => undefined;
  const verdict = new Promise<boolean>((resolve) => {
    checked = resolve;
  });
  const topic = defineTopic(
    'cancelled early',
    v.pipeAsync(
      v.unknown(),
      v.checkAsync(() => verdict),
    ),
  );
  let called = false;
  const handle = programma.processJobs({ topicName: topic, completion: 'auto' }, () => {
    called = true;
  });
  const heard = (event: 'job:claimed' | 'job:cancelled') => nextOf(programma, event, topic.name);
  const [claimed, cancelled] = [heard('job:claimed'), heard('job:cancelled')];
  const id = await programma.addJob('cancelled early', { data: 1 });
  await claimed;
  await programma.cancelJob(id);
  await cancelled;
  checked(true);
  await handle.stop();
  expect(called).toBe(false);
});

it('refuses a schema that is none, and a name that is none', () => {
  // @ts-expect-error what the compiler refuses
  expect(() => defineTopic('x', { parse() {} })).toThrow(/does not follow Standard Schema/);
  expect(() => defineTopic('')).toThrow('a topic cannot be empty');
});
