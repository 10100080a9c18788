/** Breaks of handing over: the driver, the way back, the taking back. */
import { type Break, change, sql } from './break.js';

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
  {
    part: '8.2 driver: goes on when it is back',
    what: 'it waits for ever',
    changes: change('handoff/hand-off.ts', 'handler.waiting = false;', 'void handler;'),
    spec: DRIVER,
    red: ['and goes on by itself'],
  },
  {
    part: '8.2 driver: a broker that does not confirm',
    what: 'it is waited for without end',
    changes: change('handoff/hand-off.ts', /within\(confirmMs, (this\.target\.deliver\(messages\))\)/, '$1'),
    spec: DRIVER,
    red: ['counts a broker that does not confirm in time'],
  },
  {
    part: '8.2 driver: one job that the broker cannot bear',
    what: 'its neighbours fail with it',
    changes: change('handoff/hand-off.ts', 'await this.give([job], failed);', 'failed.set(job, error);'),
    spec: DRIVER,
    red: ['finds the one job that makes a broker speechless'],
  },
  {
    part: '8.2 driver: topics of a pattern',
    what: 'those that wait already are not looked for',
    changes: change(
      'handoff/hand-offs.ts',
      /for \(const topic of await this\.waitingTopics\(\)\) ?this\.heard\(topic\);/,
      'await this.waitingTopics();',
    ),
    spec: DRIVER,
    red: ['takes the topics of a pattern'],
  },
  {
    part: '8.2 driver: close',
    what: 'connections stay open at shutdown',
    changes: change('handoff/hand-off.ts', '[this.probing.stop(), this.target.close()]', '[this.probing.stop()]'),
    spec: DRIVER,
    red: ['lets go of the broker at shutdown'],
  },
  {
    part: '8.2 driver: what is no target',
    what: 'it is taken',
    changes: change('handoff/hand-offs.ts', '?? targetFault(target)', ''),
    spec: DRIVER,
    red: ['refuses what is no target'],
  },
  {
    part: '8.4 take-back: a deadline of an hour',
    what: 'there is none',
    changes: change('handoff/hand-off.ts', 'timeoutSeconds: options.deadlineSeconds', 'timeoutSeconds: undefined'),
    spec: DRIVER,
    red: ['hands over many jobs in one delivery'],
  },
  {
    part: '8.4 take-back: fails, by option',
    what: 'it is tried again whatever was said',
    changes: sql('break-claims', 'case when h.fails or', 'case when'),
    spec: DRIVER,
    red: ['fails it when they lose it'],
  },
  {
    part: "8.4 take-back: 'lost by <broker>'",
    what: 'it does not say by whom',
    changes: sql('break-claims', "'lost by ' || h.worker", "'lost by somebody'"),
    spec: DRIVER,
    red: ['moves a job by hand to somebody who is named'],
  },
];
