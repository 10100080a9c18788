/** The door `programma/testing/engine`: for the tests of an engine without Nest, which it does not load. */

export type { Ending } from '../events/endings.js';
export type { DrainOptions } from './drain.js';
export { type EmbeddedPostgres, type StartPostgresOptions, startPostgres } from './postgres/start.js';
export { type Endings, ProgrammaTester } from './tester.js';
