/** Breaks of what the module promises: its options, its instances, what it finds. */
import { type Break, change } from './break.js';

const OPTIONS = 'test/nest/module-options.spec.ts';
const INSTANCES = 'test/nest/instances.spec.ts';
const DISCOVERY = 'test/nest/discovery.spec.ts';
const FAULTS = 'test/nest/boot-faults.spec.ts';
const EVENTS = 'test/nest/events.spec.ts';

export const FRONT: readonly Break[] = [
  {
    part: '3.1 forRoot()',
    what: 'DATABASE_URL is not looked at',
    changes: change('options/resolve.ts', 'given.connectionString = url', 'void url'),
    spec: OPTIONS,
    red: ['needs no options where DATABASE_URL says where'],
  },
  {
    part: '3.1 forRootAsync: useFactory',
    what: 'what it injects does not come',
    changes: change('nest/programma.module.ts', 'inject: inject ?? []', 'inject: []'),
    spec: OPTIONS,
    red: ['takes options from a factory with injections', 'takes what registerAs provides'],
  },
  {
    part: '3.1 forRootAsync: imports',
    what: 'they are not imported',
    changes: change('nest/core.module.ts', '...(options.imports ?? [])', ''),
    spec: OPTIONS,
    red: ['takes options from a factory with injections'],
  },
  {
    part: '3.1 forRootAsync: useClass',
    what: 'the class is not made',
    changes: change(
      'nest/programma.module.ts',
      'return useExisting ? [provider] : [provider, {',
      'return factory ? [provider] : [provider, {',
    ),
    spec: OPTIONS,
    red: ['takes options from a class that it makes'],
  },
  {
    part: '3.1 forRootAsync: useExisting',
    what: 'the class is made once more',
    changes: change(
      'nest/programma.module.ts',
      'return useExisting ? [provider] : [provider, {',
      'return false ? [provider] : [provider, {',
    ),
    spec: OPTIONS,
    red: ['takes options from a class that it makes, or that is there'],
  },
  {
    part: '3.1 forRootAsync: registerAs',
    what: 'what it provides is taken for options',
    changes: change(
      'nest/programma.module.ts',
      'useFactory, inject: inject ?? [] }',
      'useFactory: async () => useFactory, inject: inject ?? [] }',
    ),
    spec: OPTIONS,
    red: ['takes what registerAs provides'],
  },
  {
    part: '3.1 decorator options from configuration',
    what: 'the decorator beats it',
    changes: change(
      'options/resolve-handler.ts',
      /if \(configured\[key\] !== undefined\)/,
      'if (configured[key] !== undefined && own[key] === undefined)',
    ),
    spec: OPTIONS,
    red: [
      'lets configuration by topic pattern beat the decorator',
      'lets configuration change each word of a decorator',
    ],
  },
  {
    part: '3.1 decorator options from configuration',
    what: 'it makes a batch of what is none',
    changes: change('options/resolve-handler.ts', 'own.batch === undefined ? undefined : said.batch', 'said.batch'),
    spec: OPTIONS,
    red: ['but not make a batch of what is none'],
  },
  {
    part: '3.1 decorator options: completion',
    what: "the default of @ProcessJob is 'manual'",
    changes: change('nest/registry.ts', /'auto'/g, "'manual'"),
    spec: DISCOVERY,
    red: ['runs a method on its provider'],
  },
  {
    part: '3.1 workers',
    what: '`only` is not heard',
    changes: change('programma.ts', 'handler.resting = !worksOn(this.options.workers, name);', ''),
    spec: OPTIONS,
    red: ['works on the topics that `workers` names', 'works on all topics but those'],
  },
  {
    part: '3.1 workers',
    what: 'false is not heard',
    changes: change('programma.ts', 'handler.resting = !worksOn(this.options.workers, name);', '').concat(
      change('assembly.ts', ' || this.options.workers === false', ''),
    ),
    spec: OPTIONS,
    red: ['only adds with `workers: false`'],
  },
  {
    part: '3.1 autoStart: false',
    what: 'it claims all the same',
    changes: change('nest/core.ts', ' || !engine.autoStart', ''),
    spec: OPTIONS,
    red: ['claims when it is told to with `autoStart: false`'],
  },
  {
    part: '3.1 overrideProvider',
    what: 'the life of what a test puts there is led as well',
    changes: change('nest/core.ts', 'return this.service instanceof Programma;', 'return this.service !== undefined;'),
    spec: OPTIONS,
    red: ['gives way to whatever a test puts in its place'],
  },
  {
    part: '3.1 named instances',
    what: 'all work on the jobs of one',
    changes: change('nest/registry.ts', 'of.settings.name === name);\n', 'of.settings.name !== undefined);\n'),
    spec: INSTANCES,
    red: ['keeps three instances apart'],
  },
  {
    part: '3.1 global core',
    what: 'only the module that imports it has it',
    changes: change('nest/core.module.ts', 'global: true', 'global: false'),
    spec: INSTANCES,
    red: ['is one instance for all modules'],
  },
  {
    part: '3.1 discovery: inherited methods',
    what: 'a class has only what it writes itself',
    changes: change(
      'nest/metadata.ts',
      'at && at !== Object.prototype; at = Object.getPrototypeOf(at))',
      'at && at !== Object.prototype; at = null)',
    ),
    spec: DISCOVERY,
    red: ['finds inherited methods'],
  },
  {
    part: '3.1 discovery: several decorators a method',
    what: 'the last one counts',
    changes: change('nest/metadata.ts', '[mark, ...there], prototype', '[mark], prototype'),
    spec: DISCOVERY,
    red: ['lets a method have several topics'],
  },
  {
    part: '3.1 discovery: several handlers a class',
    what: 'the first method counts',
    changes: change('nest/metadata.ts', 'return [...names];', 'return [...names].slice(0, 1);'),
    spec: DISCOVERY,
    red: ['lets a method have several topics, and a class several methods'],
  },
  {
    part: '3.1 discovery: replaced methods',
    what: 'the mark is on the function',
    changes: change(
      'nest/caller.ts',
      'const run = methodOf(prototype, method);',
      'const run = (this.first ??= new Map()).get(method) ?? (() => undefined);',
    ),
    spec: DISCOVERY,
    red: ['keeps a handler whose method another decorator replaces'],
  },
  {
    part: '3.1 discovery: aliases',
    what: 'they are looked at, too',
    changes: change('nest/explorer.ts', 'wrapper.isAlias ? undefined : prototypeOf(wrapper)', 'prototypeOf(wrapper)'),
    spec: DISCOVERY,
    red: ['takes a class once that several modules and aliases provide'],
  },
  {
    part: '3.1 discovery: a class in several modules',
    what: 'each module brings a handler',
    changes: change('nest/explorer.ts', 'byClass.set(prototype, [', 'byClass.set(Object.create(prototype), ['),
    spec: DISCOVERY,
    red: ['takes a class once that several modules'],
  },
  {
    part: '3.1 discovery: values and factories',
    what: 'only classes are looked at',
    changes: change(
      'nest/explorer.ts',
      /(if \(metatype && !wrapper\.inject\)\s+return metatype\.prototype \?\? undefined;)/,
      '$1 return undefined;',
    ),
    spec: DISCOVERY,
    red: ['finds handlers of values and of what factories make'],
  },
  {
    part: '3.1 discovery: it only looks',
    what: 'a proxy that refuses ends the start',
    changes: change('nest/explorer.ts', /catch \{\s+return undefined;/, 'catch (error) {\n    throw error;'),
    spec: DISCOVERY,
    red: ['looks past providers that are no objects'],
  },
  {
    part: '3.1 controllers',
    what: 'their handlers are passed over',
    changes: change('nest/registry.ts', '...this.explorer.inControllers(key)', '...[]'),
    spec: FAULTS,
    red: ['refuses handlers and listeners of controllers'],
  },
  {
    part: "3.1 Nest's Logger",
    what: 'it speaks without a context',
    changes: change('nest/module-options.ts', 'new Logger(contextOf(name))', 'new Logger()'),
    spec: EVENTS,
    red: ["speaks through Nest's logger"],
  },
];
