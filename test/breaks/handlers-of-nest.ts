/** Breaks of what handlers of Nest are promised: enhancers, parameters, scopes, batches. */
import { type Break, change } from './break.js';

const ENHANCERS = 'test/nest/enhancers.spec.ts';
const PARAMETERS = 'test/nest/parameters.spec.ts';
const SCOPES = 'test/nest/scopes.spec.ts';
const BATCHES = 'test/nest/batches.spec.ts';

export const HANDLERS_OF_NEST: readonly Break[] = [
  {
    part: '3.2 guards',
    what: 'those that stand on handlers do not apply',
    changes: change('nest/caller.ts', 'guards: true', 'guards: false'),
    spec: ENHANCERS,
    red: ['applies guards and interceptors', 'fails the attempt that a guard refuses'],
  },
  {
    part: '3.2 interceptors',
    what: 'those that stand on handlers do not apply',
    changes: change('nest/caller.ts', 'interceptors: true', 'interceptors: false'),
    spec: ENHANCERS,
    red: ['applies guards and interceptors'],
  },
  {
    part: '3.2 filters: opt-in',
    what: 'they apply to all',
    changes: change('nest/caller.ts', 'filters: this.enhancers.filters', 'filters: true'),
    spec: ENHANCERS,
    red: ['leaves filters alone, unless it is told otherwise'],
  },
  {
    part: '3.2 global enhancers: opt-in',
    what: 'they apply to all',
    changes: change('nest/nest-internals.ts', 'const seen = global ? container', 'const seen = true ? container'),
    spec: ENHANCERS,
    red: ['leaves what is global alone', 'never applies a global filter'],
  },
  {
    part: '3.2 isProgrammaContext, ProgrammaContext',
    what: 'every context is one',
    changes: change('nest/programma-context.ts', 'context.getType() === CONTEXT_TYPE', 'true').concat(
      change('nest/programma-context.ts', 'context.getType<string>() === CONTEXT_TYPE', 'true'),
    ),
    spec: ENHANCERS,
    red: ['ProgrammaContext refuses the context of a request'],
  },
  {
    part: '3.2 @Payload()',
    what: 'it is the whole job',
    changes: change('nest/parameters.decorator.ts', ' : data;', ' : { data };'),
    spec: PARAMETERS,
    red: ['gives the payload, one of its properties'],
  },
  {
    part: '3.2 @Payload(): pipes',
    what: 'they are dropped',
    changes: change('nest/parameters.decorator.ts', /, \.\.\.pipes\);/, ');'),
    spec: PARAMETERS,
    red: ['lets a pipe change a parameter', 'fails the one bad payload of a batch'],
  },
  {
    part: '3.2 @CurrentJob()',
    what: 'it is the payload',
    changes: change(
      'nest/parameters.decorator.ts',
      'return type === CURRENT_JOB ? given : undefined;',
      'return undefined;',
    ),
    spec: PARAMETERS,
    red: ['gives the payload, one of its properties, the job'],
  },
  {
    part: '3.2 class-validator',
    what: 'ValidationPipe does not know a payload for a body',
    changes: change('nest/parameters.decorator.ts', 'const PAYLOAD = 3;', 'const PAYLOAD = 1_001;'),
    spec: PARAMETERS,
    red: [
      'checks a payload with class-validator',
      'fails a job for good whose stored payload fails its check: checked',
    ],
  },
  {
    part: '3.2 @Inject(JOB)',
    what: 'it is null for every job',
    changes: change('nest/shared.module.ts', 'isJob(request) ? request : null', 'null'),
    spec: SCOPES,
    red: [
      'makes what is request-scoped for each job',
      'gives guards that are request-scoped the job',
      'gives a batch handler an instance',
    ],
  },
  {
    part: '3.1 request-scoped providers',
    what: 'one is made for all jobs',
    changes: change(
      'nest/caller.ts',
      'ContextIdFactory.getByRequest(given)',
      '(globalThis.once ??= ContextIdFactory.create())',
    ).concat(
      change(
        'nest/caller.ts',
        'ContextIdFactory.getByRequest(given as Record<string, unknown>)',
        '(globalThis.once ??= ContextIdFactory.create())',
      ),
    ),
    spec: SCOPES,
    red: ['makes what is request-scoped for each job'],
  },
  {
    part: '3.1 transient providers',
    what: 'one is made for all jobs',
    changes: change('nest/caller.ts', '!wrapper.isTransient && ', ''),
    spec: SCOPES,
    red: ['makes a transient handler for each job'],
  },
  {
    part: '3.2 batch handlers',
    what: 'they get half of what they ask for',
    changes: change('worker/batch.ts', 'waiting.length === size', 'waiting.length * 2 >= size'),
    spec: BATCHES,
    red: ['takes as many as it says'],
  },
];
