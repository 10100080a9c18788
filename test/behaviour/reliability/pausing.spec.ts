/** A pause that meets an add, a claim or another pause: nothing is lost, and nothing runs in a topic that rests. */
import { expect, it } from '@jest/globals';
import { aStore, aTransaction } from '../../store/a-store.js';
import { aDatabase } from '../../support/database.js';

it('adds to a topic that is being paused, and claims it only after it goes on', async () => {
  const database = await aDatabase();
  const store = aStore(database.url);
  const pausing = await aTransaction(database.url);
  await pausing.store.topics.pause('topic', true);
  const id = await store.add();
  await pausing.commit();
  expect(await store.claim()).toEqual([]);
  await store.topics.pause('topic', false);
  expect((await store.claim()).map((job) => job.id)).toEqual([id]);
});

it('keeps out of the queue of a paused topic what an open transaction adds', async () => {
  const database = await aDatabase();
  const store = aStore(database.url);
  const adding = await aTransaction(database.url);
  await adding.store.add();
  await store.topics.pause('topic', true);
  await adding.commit();
  expect(await store.claim()).toEqual([]);
  expect(await database.query('select count(*)::int as n from programma.queue')).toEqual([{ n: 1 }]);
});
