/** Breaks of handing over: the driver, the way back, the taking back. */
import { type Break, change } from './break.js';

const DRIVER = 'test/behaviour/hand-off.spec.ts';

export const HAND_OFF: readonly Break[] = [
  {
    part: '8.2 driver: many jobs a round trip',
    what: 'one goes at a time',
    changes: change('handoff/hand-off.ts', /const \{ batch \} = this\.target\.options;/, 'const batch = 1;'),
    spec: DRIVER,
    red: ['hands over many jobs in one delivery'],
  },
  {
    part: '8.2 driver: attributes travel',
    what: 'they stay behind',
    changes: change(
      'handoff/message.ts',
      'return { id, topic, data, attributes,',
      'return { id, topic, data, attributes: null,',
    ),
    spec: DRIVER,
    red: ['sends id, topic, data, attributes and trace context'],
  },
  {
    part: '8.2 driver: trace context travels',
    what: 'it stays behind',
    changes: change('handoff/message.ts', "typeof traceparent === 'string' &&", 'false &&'),
    spec: DRIVER,
    red: ['sends id, topic, data, attributes and trace context'],
  },
  {
    part: '8.2 driver: exactly what was confirmed moves',
    what: 'whatever was sent moves',
    changes: change('handoff/hand-off.ts', /jobs\.filter\(\(\{ id \}\) ?=> ?taken\.has\(id\)\)/, 'jobs'),
    spec: DRIVER,
    red: ['retries what the broker refuses'],
  },
  {
    part: '8.2 driver: what was refused goes back by backoff',
    what: 'it is as if it had been confirmed',
    changes: change('handoff/hand-off.ts', 'failed.set(job, refused.get(job.id));', 'void 0;'),
    spec: DRIVER,
    red: ['retries what the broker refuses'],
  },
  {
    part: '8.2 driver: an unreachable broker stops the claiming',
    what: 'it goes on',
    changes: change('handoff/hand-off.ts', 'handler.waiting = true;', 'void handler;'),
    spec: DRIVER,
    red: ['claims nothing while the broker is away'],
  },
  {
    part: '8.2 driver: no attempt is spent',
    what: 'one is, for each job that the broker was not there for',
    changes: change('handoff/hand-off.ts', 'failed.set(job, away);', 'failed.set(job, error);'),
    spec: DRIVER,
    red: ['claims nothing while the broker is away'],
  },
  {
    part: '8.2 driver: said once',
    what: 'nobody is told',
    changes: change('handoff/hand-off.ts', 'this.outage.met(error);', ''),
    spec: DRIVER,
    red: ['says it once'],
  },
];
