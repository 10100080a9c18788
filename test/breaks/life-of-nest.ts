/** Breaks of what the module promises about bad input at boot, about its life, and about events. */
import { type Break, change } from './break.js';

const FAULTS = 'test/nest/boot-faults.spec.ts';
const LIFECYCLE = 'test/nest/lifecycle.spec.ts';
const CLOSING = 'test/nest/closing.spec.ts';
const EVENTS = 'test/nest/events.spec.ts';

export const LIFE_OF_NEST: readonly Break[] = [
  {
    part: '3 bad input: at boot',
    what: 'the module is not named',
    changes: change('nest/explorer.ts', /where: `\$\{moduleOf\(wrapper\)\} > /, 'where: `'),
    spec: FAULTS,
    red: ['names both handlers of one topic'],
  },
  {
    part: '3 bad input: at boot',
    what: 'a module without a root is silent',
    changes: change('nest/programma.module.ts', /if \(!root\)\s+throw/, 'if (false) throw'),
    spec: FAULTS,
    red: ['refuses a module without a root'],
  },
  {
    part: '3 bad input: at boot',
    what: 'a root that two modules import is two',
    changes: change('nest/registry.ts', 'names.indexOf(name) !== at', 'name'),
    spec: FAULTS,
    red: ['takes one root that two modules import as one'],
  },
  {
    part: '3 bad input: at boot',
    what: 'any event will do',
    changes: change('nest/faults.ts', '!EVENT_NAMES.includes(mark.event)', 'false'),
    spec: FAULTS,
    red: ['refuses a listener of an event that there is not'],
  },
  {
    part: '3 bad input: at boot',
    what: 'a getter is found at its first job',
    changes: change('nest/faults.ts', /else\s+yield new Mis/, 'else if (false) yield new Mis').concat(
      change('nest/faults.ts', 'if (!methodOf(prototype, method))', 'if (false)'),
    ),
    spec: FAULTS,
    red: ['refuses marks on getters'],
  },
  {
    part: '3 bad input: all at once',
    what: 'the first fault is the only one said',
    changes: change('nest/registry.ts', /if \(faults\.length > 1\)\s+throw/, 'if (false) throw'),
    spec: FAULTS,
    red: ['says everything at once', 'refuses marks on getters'],
  },
  {
    part: '3 bad input: all at once',
    what: 'the options of the module are checked apart from those of the engine',
    changes: change('nest/module-options.ts', 'c.fault(problem);', 'throw error;'),
    spec: FAULTS,
    red: ['refuses bad module options when the application is made'],
  },
  {
    part: '3 bad input: at boot',
    what: 'a name in what a factory returns is an unknown option',
    changes: change('nest/module-options.ts', "'name' in options", 'false'),
    spec: FAULTS,
    red: ['says where the name belongs'],
  },
  {
    part: '3 bad input: at boot',
    what: 'an empty name is the default one',
    changes: change('nest/programma.module.ts', 'if (name === undefined)', 'if (!name)'),
    spec: FAULTS,
    red: ['refuses a root without a factory, and a name that is none'],
  },
  {
    part: '3.2 a frame of AsyncLocalStorage',
    what: 'a job runs in that of whoever woke its claim',
    changes: change('base/frame.ts', '= AsyncLocalStorage.snapshot()', '= (work) => work()'),
    spec: EVENTS,
    red: ['runs each job outside of the context'],
  },
  {
    part: '3.2 a frame of AsyncLocalStorage',
    what: 'jobs of one claim share one',
    changes: change('base/frame.ts', "new AsyncResource('ProgrammaJob').runInAsyncScope(work)", 'work()'),
    spec: EVENTS,
    red: ['runs each job outside of the context that added it, and of the other jobs'],
  },
  {
    part: '3.2 @OnJobEvent',
    what: 'a topic is not looked at',
    changes: change('nest/registry.ts', 'if (topic === undefined || (job && matches(topic, job.topic)))', 'if (true)'),
    spec: EVENTS,
    red: ['hears an event, of all topics or of those that fit'],
  },
  {
    part: '3.2 @OnJobEvent',
    what: 'what it throws is swallowed',
    changes: change(
      'events/bus.ts',
      'returned.catch((error) => this.listenerFailed(event, error));',
      'returned.catch(() => undefined);',
    ),
    spec: EVENTS,
    red: ['lets no job feel a listener that throws, and reports it'],
  },
  {
    part: '3.3 hook order',
    what: 'claiming begins with the init of the module',
    changes: change('nest/core.ts', 'await this.service.connect();', 'await this.service.start();'),
    spec: LIFECYCLE,
    red: ['claims after all others are ready'],
  },
  {
    part: '3.3 hook order',
    what: 'it closes with the claiming',
    changes: change('nest/core.ts', 'this.service.drain()', 'this.service.shutdown()'),
    spec: LIFECYCLE,
    red: ['claims after all others are ready and drains before they end'],
  },
  {
    part: '3.3 compile without init',
    what: 'it connects when it is made',
    changes: change(
      'nest/core.ts',
      'registry.add({ settings, service });',
      'registry.add({ settings, service });\n        void service.connect().catch(() => undefined);',
    ),
    spec: LIFECYCLE,
    red: ['opens nothing and makes no tables'],
  },
  {
    part: '3.3 close with a handler in flight',
    what: 'it is not told, and is waited for',
    changes: change('worker/worker.ts', /if \(!\(await within\(ms, ended\)\)\)/, 'await ended;\n        if (false)'),
    spec: LIFECYCLE,
    red: ['gives a handler that takes too long back'],
  },
  {
    part: '3.3 close during init',
    what: 'it starts to claim all the same',
    changes: change('nest/core.ts', 'if (this.closing || this.draining || ', 'if (').concat(
      change('nest/core.ts', 'if (this.closing || !this.isReal)', 'if (!this.isReal)'),
    ),
    spec: CLOSING,
    red: ['never starts to claim when an HTTP application is closed'],
  },
  {
    part: '3.3 close during init',
    what: 'it connects after its end',
    changes: change('nest/core.ts', 'if (this.closing || !this.isReal)', 'if (!this.isReal)'),
    spec: CLOSING,
    red: ['does not connect when it was closed before its turn came'],
  },
  {
    part: '3.3 close during init',
    what: 'a migration goes on behind the end',
    changes: change(
      'programma.ts',
      /(async disassemble\(\)(?:: Promise<void>)? \{\s+)await this\.connecting\?\.catch\(\(\) => undefined\);/,
      '$1',
    ),
    spec: CLOSING,
    red: ['lets a migration end that runs when the application is closed'],
  },
  {
    part: '3.3 no hook throws',
    what: 'what fails at the end ends the end',
    changes: change('nest/core.ts', /this\.settings\.logger\.error\(`\$\{what\} failed/, 'throw error;\n$&'),
    spec: CLOSING,
    red: ['says what it could not do at the end'],
  },
  {
    part: '3.3 init that fails',
    what: 'other instances stay open',
    changes: change('nest/core.ts', 'await this.registry.closeAll();', ''),
    spec: CLOSING,
    red: ['closes every instance of an HTTP application', 'closes every instance of an application context'],
  },
  {
    part: '3.3 SIGTERM',
    what: 'producers are cut off when claiming stops',
    changes: change(
      'assembly.ts',
      'await this.worker.stop(this.options.shutdownTimeoutMs);',
      'this.adding.giveUp();\n        await this.database.close(0);\n        await this.worker.stop(this.options.shutdownTimeoutMs);',
    ),
    spec: CLOSING,
    red: ['ends at SIGTERM'],
  },
];
