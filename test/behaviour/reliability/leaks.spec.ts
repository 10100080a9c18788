/** An engine that is started and shut down fifty times leaves nothing behind. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import { Programma } from '../../../lib/engine.js';
import { aDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What keeps a process alive, by kind. */
const handles = (): string[] => process.getActiveResourcesInfo().sort();

it('leaves no connection, no timer, no listener and no memory behind', async () => {
  const database = await aDatabase();
  const life = async (): Promise<void> => {
    const programma = new Programma({ connectionString: database.url, logger: false, heartBeat: 1 });
    programma.processJobs({ topicName: 'a', completion: 'auto' }, () => 'done');
    await programma.start();
    await programma.waitForJob(await programma.addJob('a'));
    await programma.shutdown();
  };
  const connections = () =>
    database.query(
      `select from pg_stat_activity where datname = current_database() and application_name = 'programma'`,
    );
  const look = () => {
    collect();
    return { handles: handles(), exit: process.listenerCount('exit'), warning: process.listenerCount('warning') };
  };
  for (let i = 0; i < 5; i++) await life();
  await eventually(async () => (await connections()).length === 0);
  const before = look();
  const heap = process.memoryUsage().heapUsed;
  for (let i = 0; i < 50; i++) await life();
  await eventually(async () => (await connections()).length === 0);
  await eventually(() => handles().length <= before.handles.length);
  expect(look()).toEqual(before);
  expect(process.memoryUsage().heapUsed - heap).toBeLessThan(10 * 1024 * 1024);
}, 90_000);
