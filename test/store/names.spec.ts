/** What a database administrator sees of the statements. */
import { expect, it } from '@jest/globals';
import pg from 'pg';
import { Programma } from '../../lib/engine.js';
import { STATEMENTS } from '../../lib/store/statements.js';
import { atTheEnd } from '../support/at-the-end.js';
import { holdAServer } from '../support/holding.js';
import { SQL } from './a-store.js';

it.each(STATEMENTS)('%s has its name behind its first word', (name) => {
  expect(SQL[name].text).toMatch(new RegExp(`^\\W*\\w+ /\\* programma:${name} \\*/ `));
});

it('are counted by the server under their names', async () => {
  const server = await holdAServer({ shared_preload_libraries: 'pg_stat_statements' });
  atTheEnd(() => server.release());
  const client = new pg.Client(server.url);
  await client.connect();
  atTheEnd(() => client.end());
  await client.query('create extension pg_stat_statements');

  const programma = new Programma({ connectionString: server.url, logger: false });
  atTheEnd(() => programma.shutdown());
  programma.processJobs({ topicName: 'mail', completion: 'auto' }, () => 'sent');
  await programma.start();
  await programma.waitForJob(await programma.addJob('mail', {}));

  const { rows } = await client.query('select query from pg_stat_statements');
  const names = rows.map(({ query }) => /programma:[a-z-]+/.exec(query)?.[0]);
  for (const name of ['insert-jobs', 'claim-jobs', 'settle-jobs']) expect(names).toContain(`programma:${name}`);
});
