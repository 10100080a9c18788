/** The sample app's database: the one that DATABASE_URL names, or an embedded PostgreSQL whose data are kept. */
import { fileURLToPath } from 'node:url';
import { startPostgres } from 'programma/testing/postgres';

export interface AppDatabase {
  url: string;
  /** Lets go of the server at once. Without it the server stops when this process has ended, however it ends. */
  release(): Promise<void>;
}

export async function database(say: (line: string) => void = console.log): Promise<AppDatabase> {
  const given = process.env.DATABASE_URL;
  if (given) {
    say('Using the database that DATABASE_URL names.');
    return { url: given, release: async () => {} };
  }
  say('DATABASE_URL is not set: starting an embedded PostgreSQL …');
  // This file is one folder below the clone, compiled or not.
  const folder = fileURLToPath(new URL('../.postgres', import.meta.url));
  const { url, data, joined, stop } = await startPostgres({ folder });
  say(
    `${joined ? 'Joined the PostgreSQL that runs already' : 'PostgreSQL runs'}. ` +
      `Its data stay in ${data} from start to start; delete that folder to begin anew.`,
  );
  return { url, release: stop };
}
