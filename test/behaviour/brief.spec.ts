/** What the first brief promises works as the brief writes it: its Quickstart, and a life-cycle that is up to you. */
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { IJobDetail, IReceiveJob, Programma } from '../../lib/engine.js';
import { atTheEnd } from '../support/at-the-end.js';
import { aDatabase, type Database } from '../support/database.js';
import { aStartedEngine, next, nextOf } from '../support/engine.js';
import { aProcess } from '../support/process.js';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const QUICKSTART = new URL('./quickstart.ts', import.meta.url);
const NEST = ['@nestjs/', 'rxjs', 'reflect-metadata'];

/** The package as npm lays it out, with what it depends on; there is no Nest wherever Node looks from there. */
async function aFolderWithoutNest(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'programma-without-nest-'));
  atTheEnd(() => rm(folder, { recursive: true, force: true }));
  const modules = join(folder, 'node_modules');
  for (const path of ['package.json', 'dist', 'migrations'])
    await cp(join(REPOSITORY, path), join(modules, 'programma', path), { recursive: true });
  const { dependencies } = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    await mkdir(join(modules, name, '..'), { recursive: true });
    await symlink(join(REPOSITORY, 'node_modules', name), join(modules, name));
  }
  return folder;
}

describe('the Quickstart', () => {
  async function runs(script: URL): Promise<void> {
    const database = await aDatabase({ empty: true });
    const child = aProcess(script, { DB: database.url });
    expect(await child.until('processing', 20_000)).toMatchObject({ right: true, attributes: null });
    expect((await child.until('done')).record).toMatchObject({
      topic: 'sendEmail',
      state: 'completed',
      data: { email: 'xyz@gmail.com' },
      attributes: { error: { name: 'Error', message: 'the mailbox is full' } },
      runAfter: '2020-08-27T20:02:18.255Z',
    });
    expect(await child.exited).toMatchObject({ code: 0, stderr: '' });
  }

  it('works as the brief writes it, and its process ends by itself', () => runs(QUICKSTART), 30_000);

  it('works through programma/engine in a folder without Nest', async () => {
    const folder = await aFolderWithoutNest();
    const { resolve } = createRequire(join(folder, 'node_modules/programma/dist/engine.js'));
    for (const name of NEST) expect(() => resolve(name.replace(/\/$/, '/core'))).toThrow(/Cannot find module/);
    const script = join(folder, 'quickstart.ts');
    const text = await readFile(QUICKSTART, 'utf8');
    await writeFile(script, text.replace("from 'programma'", "from 'programma/engine'"));
    await runs(pathToFileURL(script));
  }, 30_000);
});

describe('a life-cycle that is up to you', () => {
  let database: Database;
  let programma: Programma;

  beforeAll(async () => {
    database = await aDatabase();
    programma = await aStartedEngine(database);
  });

  it('counts its attempts in the attributes and stretches retryAfterSeconds for exponential back-off', async () => {
    programma.processJobs({ topicName: 'backs off', heartBeat: 10 }, async (job: IReceiveJob<{ email: string }>) => {
      const attempts = Number(job.attributes?.attempts ?? 0) + 1;
      await programma.addToAttributes(job.id, 'attempts', attempts);
      await programma.setRetryAfterSeconds(job.id, 10 * 2 ** attempts);
      if (attempts === 4) await programma.moveJobToDone(job.id);
    });
    const unmoved = (attempt: number) =>
      next(programma, 'job:unmoved', ({ job }) => job.topic === 'backs off' && job.attempt === attempt);
    const ended = [1, 2, 3].map(unmoved);
    const id = await programma.addJob('backs off', { data: { email: 'xyz@gmail.com' } });
    const waits: number[] = [];
    for (const attempt of ended) {
      await attempt;
      const { runAfter, startedAt, state } = (await programma.getJob(id)) as IJobDetail;
      expect(state).toBe('created');
      waits.push(Math.round((runAfter.getTime() - Number(startedAt?.getTime())) / 1_000));
      await programma.runJobNow(id);
    }
    expect(waits).toEqual([20, 40, 80]);
    expect(await programma.waitForJob(id)).toMatchObject({ state: 'completed', attributes: { attempts: 4 } });
  });

  it('gets a job again after retryAfterSeconds that it moved to no other state', async () => {
    const taken: number[] = [];
    programma.processJobs({ topicName: 'again' }, async (job) => {
      if (taken.push(performance.now()) === 2) await programma.moveJobToDone(job.id);
    });
    const id = await programma.addJob('again', { retryAfterSeconds: 1 });
    await programma.waitForJob(id);
    expect(Number(taken[1]) - Number(taken[0])).toBeGreaterThan(950);
  });

  it('tracks a job that somebody else works off, to its failure and the error in its attributes', async () => {
    const moved = nextOf(programma, 'job:moved', 'handed to Bull');
    programma.processJobs({ topicName: 'handed to Bull' }, (job) => programma.moveJobToProcessing(job.id));
    const id = await programma.addJob('handed to Bull', { retryAfterSeconds: 60 });
    await moved;
    expect(await programma.moveJobToFailed(id, { error: new Error('all the back-off retries') })).toBe(true);
    await programma.addToAttributes(id, 'error', 'no such user');
    expect(await programma.getJob(id)).toMatchObject({
      state: 'failed',
      attributes: { error: 'no such user' },
      errors: [{ message: 'all the back-off retries' }],
    });
  });
});
