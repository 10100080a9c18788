/** The door `programma/terminus`: health of an instance, for @nestjs/terminus. */
export { ProgrammaHealthModule } from './health.module.js';
export { type LiveOptions, ProgrammaHealthIndicator, type ReadyOptions } from './programma.health.js';
