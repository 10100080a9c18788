/** What Nest injects by: an instance's token, and the job of a request-scoped handler. */
import { Inject } from '@nestjs/common';
import { ProgrammaService } from './programma.service.js';

/** The instance that nobody has named. */
export const DEFAULT_INSTANCE = 'default';

/**
 * The injection token of an instance: the class `ProgrammaService` for the default one, a text for a named one. For
 * `moduleRef.get`, `overrideProvider` and factories.
 */
export const getProgrammaToken = (name: string = DEFAULT_INSTANCE): typeof ProgrammaService | string =>
  name === DEFAULT_INSTANCE ? ProgrammaService : `Programma:${name}`;

/** Injects the instance of this name: `@InjectProgramma('reports') private readonly reports: ProgrammaService`. */
export const InjectProgramma = (name?: string): ReturnType<typeof Inject> => Inject(getProgrammaToken(name));

/**
 * Injects, into request-scoped and transient providers, the job that they were made for (the array of jobs in a batch
 * handler). null outside of a job.
 */
export const JOB = 'programma:job';

/** Where the parts of an instance find each other. */
export const partToken = (part: 'options' | 'settings' | 'core' | 'runtime', name: string): string =>
  `programma:${part}:${name}`;
