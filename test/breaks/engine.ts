/** Breaks of what is promised about start and shutdown, about handlers, and about looking. */
import { type Break, change, sql } from './break.js';

const LIFE = 'test/behaviour/lifecycle.spec.ts';
const LOOKING = 'test/behaviour/looking.spec.ts';

export const ENGINE: readonly Break[] = [
  {
    part: '2.3 start: idempotent',
    what: 'each start makes an engine',
    changes: change(
      'programma.ts',
      'this.connecting ??= this.assemble(migrate);',
      'this.connecting = this.assemble(migrate);',
    ),
    spec: LIFE,
    red: ['is one start, however often it is called'],
  },
  {
    part: '2.3 shutdown: idempotent',
    what: 'a start has the last word',
    changes: change('programma.ts', 'this.wanted = false;\n    this.stopping ??=', 'this.stopping ??='),
    spec: LIFE,
    red: ['has the last word over a start'],
  },
  {
    part: '2.3 shutdown: what is under way',
    what: 'a start goes on behind it',
    changes: change(
      'programma.ts',
      'await this.connecting?.catch(() => undefined);\n    const { assembly } = this;',
      'const { assembly } = this;',
    ),
    spec: LIFE,
    red: ['ends a start that is under way'],
  },
  {
    part: '2.3 shutdown: nothing is left',
    what: 'connections of the engine stay',
    changes: change(
      'store/database.ts',
      'pool instanceof OwnPool)',
      'pool instanceof OwnPool && pool !== pools.engine)',
    ),
    spec: LIFE,
    red: ['leaves no connection'],
  },
  {
    part: '2.3 handlers',
    what: 'a topic may have two',
    changes: change('worker/handler.ts', /if \(there\)\s+throw/, 'if (false) throw'),
    spec: LIFE,
    red: ['is refused when its topic has one'],
  },
  {
    part: '2.3 handlers: stop',
    what: 'it waits for nothing',
    changes: change('programma.ts', 'await handler.drained();', ''),
    spec: LIFE,
    red: ['is stopped when its running jobs have ended'],
  },
  {
    part: '2.3 topics()',
    what: 'they say how long the last one waits',
    changes: sql('list-topics', 'min(first.run_after)', 'max(first.run_after)'),
    spec: LOOKING,
    red: ['say for each one how long'],
  },
  {
    part: '2.3 health',
    what: 'topics that rest are overdue',
    changes: change('verbs/asking.ts', '.filter((t) => !t.paused)', ''),
    spec: LOOKING,
    red: ['leaves topics that rest out of what is overdue'],
  },
  {
    part: '2.3 listJobs: pages',
    what: 'a page begins with the last job of the one before',
    changes: sql('list-finished', /\(j\.(finished|failed|cancelled)_at, j\.id\) </g, '(j.$1_at, j.id) <='),
    spec: LOOKING,
    red: ['goes through the completed jobs of a topic, each once'],
  },
  {
    part: '2.3 listJobs: order',
    what: 'what waits is shown as it was added',
    changes: sql('list-created', 'order by q.topic, q.priority, q.run_after, q.id', 'order by q.topic, q.id'),
    spec: LOOKING,
    red: ['shows what waits in the order of its turn'],
  },
  {
    part: '2.3 listJobs: bad input',
    what: 'any limit will do',
    changes: change('verbs/asking.ts', '!Number.isInteger(limit) || limit < 1 || limit > 1_000', 'limit < 1'),
    spec: LOOKING,
    red: ['limit'],
  },
];
