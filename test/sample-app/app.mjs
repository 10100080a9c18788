/** Stands in for the sample app in a copy of the clone: holds its database, and at Ctrl-C still has something to write. */

import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { meetingPlaceOf, sparePlace } from './dist/testing/postgres/places.js';
import { database } from './dist-sample/database.js';

const say = (said) => console.log(JSON.stringify(said));
const ask = async (text) => {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query(text);
  await client.end();
  return rows;
};

say({ event: 'places', folders: [meetingPlaceOf(fileURLToPath(new URL('.postgres', import.meta.url))), sparePlace()] });
const lines = [];
const { url } = await database((line) => lines.push(line));
// Two that start at once may both be about to make it.
await ask('create table if not exists starts (at timestamptz default now())').catch(() => {});
await ask('insert into starts default values');
const [{ count }] = await ask('select count(*)::int from starts');
const living = setInterval(() => {}, 1000);
process.once('SIGINT', async () => {
  await new Promise((resolve) => setTimeout(resolve, 500));
  say({ event: 'last word', rows: await ask('insert into starts default values returning 1 as written') });
  clearInterval(living);
});
say({ event: 'ready', url, starts: count, lines });
