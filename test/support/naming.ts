/** How a run tells its spec files where their databases are. */

/** Environment variables, since Jest's workers are processes of their own. */
export const SERVER = 'PROGRAMMA_TEST_SERVER';
export const TEMPLATE = 'PROGRAMMA_TEST_TEMPLATE';

/** Every database of every run begins so, eight hex digits of the run follow. */
export const NAMES = 'programma_test_';

export function databaseUrl(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}
