/** What a caller was told is on disk: it is there after the server is killed in the next moment. */
import { beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import type { Programma } from '../../lib/engine.js';
import { anEngine, nextOf } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { aServer, type TestServer } from '../support/server.js';

// A server is made, killed and started: much work for a machine that has other things to do.
jest.setTimeout(120_000);

const LATER = { runAfterSeconds: 3_000 };
let server: TestServer;
let programma: Programma;
let id: string;

beforeAll(async () => {
  // What is not written at once is not written before the kill.
  server = await aServer({ settings: { wal_writer_delay: '10s', checkpoint_timeout: '1h' } });
  programma = anEngine({ url: server.url }, { workers: { only: ['held', 'runs'] } });
  programma.processJobs({ topicName: 'runs' }, () => new Promise(() => undefined));
  await programma.start();
});

beforeEach(async () => {
  id = await programma.addJob('waits', LATER);
});

const stateOf = async (job: string) => (await programma.getJob(job))?.state;

const NAMED: Record<string, { act: () => Promise<unknown>; there: () => Promise<boolean> }> = {
  addJob: {
    act: async () => (id = await programma.addJob('waits', LATER)),
    there: async () => (await stateOf(id)) === 'created',
  },
  'addJob, where it can run at once': {
    async act() {
      await eventually(async () => (await programma.health()).lastLook !== null);
      const began = nextOf(programma, 'job:claimed', 'runs');
      id = await programma.addJob('runs', { retryAfterSeconds: 3_000 });
      await began;
    },
    there: async () => (await stateOf(id)) === 'active',
  },
  addJobs: {
    act: async () => (id = (await programma.addJobs([{ topic: 'waits', ...LATER }]))[0]?.id ?? ''),
    there: async () => (await stateOf(id)) === 'created',
  },
  moveJobToDone: {
    act: () => programma.moveJobToDone(id),
    there: async () => (await stateOf(id)) === 'completed',
  },
  pauseTopic: {
    act: () => programma.pauseTopic('waits'),
    there: async () => (await programma.topics()).some(({ topic, paused }) => topic === 'waits' && paused),
  },
  'job.complete() in a handler': {
    async act() {
      const completed = new Promise<string>((resolve) => {
        programma.processJobs({ topicName: 'held' }, (job) => job.complete().then(() => resolve(job.id)));
      });
      await programma.addJob('held');
      id = await completed;
    },
    there: async () => (await stateOf(id)) === 'completed',
  },
};

it.each(Object.entries(NAMED))('%s survives it', async (_, { act, there }) => {
  await act();
  await server.kill();
  await server.start();
  await eventually(async () => (await programma.health()).database === 'up', 60_000);
  expect(await there()).toBe(true);
});
