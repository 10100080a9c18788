/** Any name of a schema, older code on a newer schema, and roles that may not change a schema. */
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { newId } from '../../lib/base/clock.js';
import { type Programma, SchemaError } from '../../lib/engine.js';
import { atTheEnd } from '../support/at-the-end.js';
import { aDatabase, type Database } from '../support/database.js';
import { anEngine, aStartedEngine, next } from '../support/engine.js';
import { aMigrator, KNOWN, newer } from './a-migrator.js';

let database: Database;

beforeAll(async () => {
  database = await aDatabase({ empty: true });
});

/** A job's whole life, heard of by notification, and one of each verb that has a table of its own. */
async function lives(programma: Programma, topic = 'life', producer = programma): Promise<unknown> {
  const live = next(programma, 'listen', ({ state }) => state === 'live');
  programma.processJobs({ topicName: topic, completion: 'auto' }, async (job) => {
    await job.progress(0.5);
    return 'lived';
  });
  await live;
  const id = await producer.addJob(topic, { data: { a: 1 }, unique: { key: 'only' } });
  const { result } = await programma.waitForJob(id);
  await programma.pauseTopic('another');
  await programma.addSchedule('daily', '0 3 * * *');
  return [result, await programma.cancelJob(await programma.addJob('other'))];
}

describe('a schema', () => {
  const bytes63 = `${'ü'.repeat(31)}s`;
  it.each([
    ['needs quoting', 'Kunden-Aufträge "A"; drop schema public'],
    ['is 63 bytes long', bytes63],
    ['has dots and our own name in it', 'programma.jobs'],
    ['has apostrophes, dollars and a backslash in it', `it's $add_job$ $1 \\ $$`],
    ['has a line break in it', 'two\nlines -- and /* more'],
    ['is a word of SQL', 'select'],
  ])('that %s works', async (_, schema) => {
    const programma = anEngine(database, {}, schema);
    await programma.start();
    const producer = anEngine(database, { workers: false }, schema);
    await producer.start();
    expect(await lives(programma, 'life', producer)).toEqual(['lived', true]);
    const name = `"${schema.replaceAll('"', '""')}"`;
    expect(await database.query(`select id from ${name}.add_job('from SQL') as id`)).toHaveLength(1);
    expect(await database.query('select nspname from pg_namespace where nspname = $1', [schema])).toHaveLength(1);
    const migrator = aMigrator(database.url, KNOWN, schema);
    await migrator.down(0);
    expect((await migrator.status()).applied).toEqual([]);
  });

  it('has its jobs to itself, also beside one whose name differs in the last byte', async () => {
    const [one, two] = [anEngine(database, {}, bytes63), anEngine(database, {}, `${bytes63.slice(0, -1)}t`)];
    await Promise.all([one.start(), two.start()]);
    const id = await one.addJob('mine');
    expect([(await one.getJob(id))?.id, await two.getJob(id)]).toEqual([id, null]);
  });

  it('is refused at 64 bytes, before anything is connected', () => {
    expect(() => anEngine(database, {}, 'x'.repeat(64))).toThrow(/64 bytes/);
  });
});

describe('older code on a newer schema', () => {
  const logger = { error: jest.fn(), warn: jest.fn<(message: string) => void>(), log: jest.fn(), debug: jest.fn() };

  it.each([true, false])(
    'starts with a warning when every newer migration says that it works (migrate: %s)',
    async (migrate) => {
      const { url } = await aDatabase();
      await aMigrator(url, [...KNOWN, newer('works')]).up();
      logger.warn.mockClear();
      const programma = await aStartedEngine({ url }, { migrate, logger });
      expect(logger.warn.mock.calls.flat()).toEqual([expect.stringContaining('9000-after-works')]);
      expect(await lives(programma)).toEqual(['lived', true]);
    },
  );

  it.each([true, false])(
    'refuses to start when one says that it stops, and names that one (migrate: %s)',
    async (migrate) => {
      const { url } = await aDatabase();
      await aMigrator(url, [...KNOWN, newer('works'), newer('stops', '', 9_001)]).up();
      const error = await anEngine({ url }, { migrate })
        .start()
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(SchemaError);
      expect(String(error)).toMatch(/newer than this code: it has 9001-after-stops,/);
    },
  );

  it('does not take back what it does not know', async () => {
    const { url } = await aDatabase();
    await aMigrator(url, [...KNOWN, newer('works')]).up();
    await expect(aMigrator(url).down()).rejects.toThrow(/does not know the migration 9000-after-works/);
  });
});

describe('without migrating', () => {
  it.each([{ migrate: false }, {}])(
    'a schema that is missing is refused with the command that makes it (%j)',
    async (options) => {
      const programma = anEngine(await aDatabase({ empty: true }), options, `it's`);
      const start = options.migrate === false ? programma.start() : programma.start(false);
      await expect(start).rejects.toThrow(`Run: npx programma migrate up --schema 'it'\\''s'`);
    },
  );

  it('a schema that is behind is refused, and what it lacks is named', async () => {
    const { url } = await aDatabase({ empty: true });
    await aMigrator(url, KNOWN.slice(0, -1)).up();
    await expect(anEngine({ url }, { migrate: false }).start()).rejects.toThrow(
      new RegExp(`lacks ${KNOWN.at(-1)?.version.toString().padStart(4, '0')}-.*\\. Run: npx`),
    );
  });
});

describe('a role that may not change the schema', () => {
  const role = `programma_test_${newId().replaceAll('-', '')}`;
  let theirs: { url: string };

  beforeAll(async () => {
    const migrated = await aDatabase();
    await migrated.query(`create role ${role} login password 'secret'`);
    atTheEnd(() => migrated.query(`drop owned by ${role}; drop role ${role}`));
    await migrated.query(`grant usage on schema programma to ${role}`);
    await migrated.query(`grant select, insert, update, delete on all tables in schema programma to ${role}`);
    const url = new URL(migrated.url);
    Object.assign(url, { username: role, password: 'secret' });
    theirs = { url: url.href };
  });

  it.each([false, true])('works with all of it once it is there (migrate: %s)', async (migrate) => {
    const programma = await aStartedEngine(theirs, { migrate });
    expect(await lives(programma, `life ${migrate}`)).toEqual(['lived', true]);
  });

  it('is told what to do when the schema is not there', async () => {
    const programma = anEngine(theirs, {}, 'not there');
    await expect(programma.start()).rejects.toThrow(/The role may not do this.*Migrate with a role that may/);
  });
});
