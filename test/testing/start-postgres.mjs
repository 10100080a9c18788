/** Starts an embedded server, and says what came of it. */
import { startPostgres } from 'programma/testing/postgres';

const said = await startPostgres().then(
  ({ stop }) => stop().then(() => ({ name: 'started' })),
  ({ name, message }) => ({ name, message }),
);
console.log(JSON.stringify({ event: 'ended', ...said }));
