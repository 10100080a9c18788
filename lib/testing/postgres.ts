/** The door `programma/testing/postgres`: the embedded server alone, which loads no Nest. For global setups. */
export { EmbeddedPostgresError } from '../base/errors.js';
export { type EmbeddedPostgres, type StartPostgresOptions, startPostgres } from './postgres/start.js';
