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
    part: '3.2 interceptors',
    what: 'a stream is a result',
    changes: change('nest/caller.ts', 'return await call(job);', 'return run_once(call, job);').concat(
      change(
        'nest/caller.ts',
        /$/,
        'const run_once = async (call, job) => ((await call(job)) === 3 ? 1 : call(job));\n',
      ),
    ),
    spec: ENHANCERS,
    red: ['takes the last value of a stream'],
  },
  {
    part: '3.2 filters: opt-in',
    what: 'they apply to all',
    changes: change('nest/caller.ts', 'filters: this.enhancers.filters', 'filters: true'),
    spec: ENHANCERS,
    red: ['leaves filters alone, unless it is told otherwise'],
  },
  {
    part: '3.2 filters: opt-in',
    what: 'they apply to none',
    changes: change('nest/caller.ts', 'filters: this.enhancers.filters', 'filters: false'),
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
    part: '3.2 global enhancers: opt-in',
    what: 'they apply to none',
    changes: change('nest/nest-internals.ts', 'const seen = global ? container', 'const seen = false ? container'),
    spec: ENHANCERS,
    red: ['leaves what is global alone, unless it is told otherwise'],
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
    part: '3.2 isProgrammaContext, ProgrammaContext',
    what: 'a job has the context of a request',
    changes: change('nest/caller.ts', 'CONTEXT_TYPE)', "'http')").concat(
      change('nest/caller.ts', '      CONTEXT_TYPE,\n', "      'http',\n"),
    ),
    spec: ENHANCERS,
    red: ['applies guards and interceptors'],
  },
  {
    part: '3.2 @Payload()',
    what: 'it is the whole job',
    changes: change('nest/parameters.decorator.ts', ' : data;', ' : { data };'),
    spec: PARAMETERS,
    red: ['gives the payload, one of its properties'],
  },
  {
    part: '3.2 enhancers',
    what: 'one that Nest leaves out is left out',
    changes: change('nest/faults.ts', '!wrapper.host?.injectables.has(enhancer)', 'false'),
    spec: 'test/nest/boot-faults.spec.ts',
    red: ['refuses a guard and a pipe that Nest would leave out'],
  },
  {
    part: '3.2 @Payload()',
    what: 'a property of no payload is an error',
    changes: change(
      'nest/parameters.decorator.ts',
      /data(?: as Record<string, unknown> \| null\))?\?\.\[property\]/,
      'data[property]',
    ).concat(change('nest/parameters.decorator.ts', '(data[property]', 'data[property]')),
    spec: PARAMETERS,
    red: ['gives null and undefined where there is no payload'],
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
    part: '3.2 class-validator',
    what: 'what a pipe refuses is tried again',
    changes: change('nest/caller.ts', 'await job.fail(invalid(job, error));', 'throw error;').concat(
      change('nest/caller.ts', 'await job.fail(invalid(job, error as HttpException));', 'throw error;'),
    ),
    spec: PARAMETERS,
    red: ['fails a job for good whose stored payload fails its check: checked'],
  },
  {
    part: '3.2 class-validator',
    what: "a handler's own bad request is taken for a pipe's word",
    changes: change(
      'nest/nest-internals.ts',
      /refused: \(error\) => .*/,
      'refused: (error) => error instanceof HttpException,',
    ),
    spec: PARAMETERS,
    red: ['retries a handler that throws a BadRequestException'],
  },
  {
    part: '3.2 class-validator',
    what: 'one bad payload fails its batch',
    changes: change(
      'nest/caller.ts',
      /(const alone[\s\S]*?)if \(!this\.contexts\.refused\(error\)\)(\s+)throw error;/,
      '$1if (true)$2throw error;',
    ),
    spec: PARAMETERS,
    red: ['fails the one bad payload of a batch'],
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
    part: '3.2 @Inject(JOB)',
    what: 'it is the request where there is no job',
    changes: change('nest/shared.module.ts', 'isJob(request) ? request : null', 'request'),
    spec: SCOPES,
    red: ['injects null for the job where there is none', 'makes a listener that is request-scoped'],
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
    part: '3.1 request-scoped providers',
    what: 'durable ones are made for each job',
    changes: change('nest/caller.ts', 'ContextIdFactory.getByRequest(given)', 'ContextIdFactory.create()').concat(
      change(
        'nest/caller.ts',
        'ContextIdFactory.getByRequest(given as Record<string, unknown>)',
        'ContextIdFactory.create()',
      ),
    ),
    spec: SCOPES,
    red: ['shares durable providers'],
  },
  {
    part: '3.1 request-scoped providers',
    what: 'one that cannot be made leaves its job running',
    changes: change(
      'nest/caller.ts',
      'const { instance, context } = await resolved(wrapper, given);',
      'const { instance, context } = await resolved(wrapper, given).catch(() => new Promise(() => undefined));',
    ),
    spec: SCOPES,
    red: ['fails the attempt when its provider cannot be made'],
  },
  {
    part: '3.1 request-scoped providers',
    what: 'a listener is called without an instance',
    changes: change('nest/caller.ts', /if \(isStatic\(wrapper\)\)(\s+)return \(event\)/, 'if (true)$1return (event)'),
    spec: SCOPES,
    red: ['makes a listener that is request-scoped for each event'],
  },
  {
    part: '3.2 batch handlers',
    what: 'they get half of what they ask for',
    changes: change('worker/batch.ts', 'waiting.length === size', 'waiting.length * 2 >= size'),
    spec: BATCHES,
    red: ['takes as many as it says'],
  },
  {
    part: '3.2 batch handlers',
    what: 'maxJobs is less than a batch',
    changes: change('options/resolve-handler.ts', 'Math.max(engine.maxJobs, batch ?? 1)', 'engine.maxJobs'),
    spec: BATCHES,
    red: ['takes as many as it says'],
  },
  {
    part: '3.2 batch handlers',
    what: 'a throw fails the first one',
    changes: change(
      'worker/batch.ts',
      /for \(const guest of guests\)(\s+)guest\.reject\(error\);/,
      'for (const guest of guests)$1guest === guests[0] ? guest.reject(error) : guest.resolve();',
    ),
    spec: BATCHES,
    red: ['fails those that it has not moved itself'],
  },
];
