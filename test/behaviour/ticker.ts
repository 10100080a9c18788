/** A process that looks for ticks each time it is told to, as the engine's chore does, and says when it found no more. */
import pg from 'pg';
import { Ticks } from '../../lib/maintenance/ticks.js';
import { resolve } from '../../lib/options/resolve.js';
import { Database } from '../../lib/store/database.js';
import { Schedules } from '../../lib/store/schedules.js';
import { statements } from '../../lib/store/statements.js';

const say = (event: string, details: object = {}) => console.log(JSON.stringify({ event, ...details }));
const connectionString = process.env.DATABASE_URL;
const { connection } = resolve({ connectionString, max: 1 });
const database = new Database(connection, 'programma', true, { away: () => {}, back: () => {} });
database.open();
let made = 0;
const ticks = new Ticks(
  new Schedules(database, statements('programma')),
  () => made++,
  (error) => say('failed', { error: String(error) }),
);
await ticks.runOnce();

const listener = new pg.Client(connectionString);
await listener.connect();
await listener.query('listen go');
listener.on('notification', async ({ payload }) => {
  made = 0;
  while ((await ticks.runOnce()) === 0);
  say('looked', { round: payload, made });
});
say('ready');
