/** The door `programma/testing`: for the tests of an app. */

export type { Ending } from '../events/endings.js';
export type { DrainOptions } from './drain.js';
export { type EmbeddedPostgres, type StartPostgresOptions, startPostgres } from './postgres/start.js';
export { type Endings, ProgrammaTester } from './tester.js';
export { getTesterToken, InjectTester, ProgrammaTestingModule } from './testing.module.js';
