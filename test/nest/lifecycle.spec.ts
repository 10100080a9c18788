/** When the module connects, claims, drains and closes, among the hooks of the application. */
import { expect, it } from '@jest/globals';
import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Global,
  Injectable,
  Module,
  type ModuleMetadata,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { type Job, ProcessJob, ProgrammaModule, ProgrammaService } from 'programma';
import { where } from './an-app.js';

const trace: string[] = [];
const notes = (line: string) => void trace.push(line.replace(/ "app.*/, ' is up').replace(/ "held"/, ''));
const logger = { log: notes, warn: notes, error: notes, debug: () => {} };

let letGo = () => {};
const held = () =>
  new Promise<void>((resolve) => {
    letGo = resolve;
  });

/** Its hooks add a job each, so that they fail when that does not work. */
function traced(name: string) {
  @Injectable()
  class Traced
    implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown, OnApplicationShutdown
  {
    constructor(private readonly jobs: ProgrammaService) {}
    private async note(hook: string) {
      trace.push(`${name} ${hook}`);
      if (hook === 'bootstrap' && !trace.includes('Working on') && (await this.jobs.health()).lastLook)
        trace.push('it claims already');
      // A global module that is imported earlier ends later than we do.
      if (`${name} ${hook}` === 'global shutdown') return;
      await this.jobs.addJob('nobody works on it').catch((error) => trace.push(String(error)));
    }
    onModuleInit = () => this.note('init');
    onApplicationBootstrap = () => this.note('bootstrap');
    async onModuleDestroy() {
      await this.note('destroy');
      if (name === 'root') letGo();
    }
    beforeApplicationShutdown = () => this.note('before shutdown');
    onApplicationShutdown = () => this.note('shutdown');
  }
  return Traced;
}

@Injectable()
class Held {
  constructor(private readonly jobs: ProgrammaService) {}

  @ProcessJob('held')
  async run(job: Job) {
    trace.push('handler begins');
    await held();
    await this.jobs.addJob('added by a handler');
    trace.push(`handler ends${job.signal.aborted ? ', aborted' : ''}`);
  }
}

@Global()
@Module({ providers: [traced('global')] })
class GlobalModule {}

@Module({ providers: [traced('feature'), Held] })
class FeatureModule {}

const root = async (): Promise<DynamicModule> => ProgrammaModule.forRoot({ ...(await where()), logger });

/** From start to end, with a handler at work when the end begins, which the root's onModuleDestroy lets go. */
async function life(imports: ModuleMetadata['imports']): Promise<string[]> {
  trace.length = 0;
  const app = await Test.createTestingModule({ imports: imports ?? [], providers: [traced('root')] }).compile();
  expect(trace).toEqual([]);
  await app.init();
  const jobs = app.get(ProgrammaService);
  const begun = new Promise((resolve) => jobs.on('job:claimed', resolve));
  await jobs.addJob('held');
  await begun;
  await app.close();
  await expect(jobs.addJob('too late')).rejects.toThrow('shut down');
  return [...trace];
}

it('claims after all others are ready and drains before they end, imported last', async () => {
  expect(await life([GlobalModule, FeatureModule, await root()])).toEqual([
    ...['global init', 'Schema is up', 'feature init', 'root init'],
    ...['global bootstrap', 'feature bootstrap', 'Working on', 'root bootstrap'],
    'handler begins',
    ...['root destroy', 'handler ends', 'feature destroy', 'global destroy'],
    ...['root before shutdown', 'feature before shutdown', 'global before shutdown'],
    ...['root shutdown', 'feature shutdown', 'Stopped', 'global shutdown'],
  ]);
});

it('connects before all others and closes after them, imported first', async () => {
  const lines = await life([await root(), GlobalModule, FeatureModule]);
  expect(lines[0]).toBe('Schema is up');
  expect(lines.indexOf('Working on')).toBeLessThan(lines.indexOf('feature bootstrap'));
  expect(lines.indexOf('handler ends')).toBeGreaterThan(lines.indexOf('feature destroy'));
  expect(lines.indexOf('handler ends')).toBeLessThan(lines.indexOf('root before shutdown'));
});

it('opens nothing and makes no tables when it is only compiled', async () => {
  const options = { ...(await where()), logger };
  const compile = (more: object) =>
    Test.createTestingModule({ imports: [ProgrammaModule.forRoot({ ...options, ...more })] }).compile();
  await (await compile({})).close();
  await expect((await compile({ migrate: false })).init()).rejects.toMatchObject({ code: 'PROGRAMMA_SCHEMA' });
});

it('gives a handler that takes too long back, unspent, with its signal aborted', async () => {
  trace.length = 0;
  const options = { ...(await where()), shutdownTimeoutSeconds: 0.05 };
  const app = await Test.createTestingModule({
    imports: [FeatureModule, ProgrammaModule.forRoot({ ...options, logger })],
  }).compile();
  await app.init();
  const jobs = app.get(ProgrammaService);
  const [claimed, released] = [
    new Promise((resolve) => jobs.on('job:claimed', resolve)),
    new Promise((resolve) => jobs.on('job:released', resolve)),
  ];
  const id = await jobs.addJob('held');
  await claimed;
  await app.close();
  await released;
  const later = await Test.createTestingModule({
    imports: [ProgrammaModule.forRoot({ ...options, workers: false })],
  }).compile();
  await later.init();
  expect(await later.get(ProgrammaService).getJob(id)).toMatchObject({ state: 'created', attempts: 0 });
  letGo();
  await later.close();
});
