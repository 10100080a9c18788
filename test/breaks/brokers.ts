/** Breaks of what is each broker's own: its target, its workers' side. */
import { type Break, change, sql } from './break.js';

const BULL = 'test/handoff/bull.spec.ts';
const RSMQ = 'test/handoff/rsmq.spec.ts';
const RABBITMQ = 'test/handoff/rabbitmq.spec.ts';
const SQS = 'test/handoff/sqs.spec.ts';
const BRIEF = 'test/handoff/brief.spec.ts';

export const BROKERS: readonly Break[] = [
  {
    part: '8.3 workers: a report that is refused',
    what: 'RabbitMQ is told that it was made',
    changes: change('handoff/rabbitmq.ts', /if \(error instanceof UnreportedError\)\s+again = true;/, ''),
    spec: 'test/handoff/unreported.spec.ts',
    red: ['gives a message of RabbitMQ to another worker'],
  },
  {
    part: '8.3 workers: a report that is refused',
    what: 'rsmq deletes it',
    changes: change('handoff/rsmq.ts', /if \(error instanceof UnreportedError\)\s+again = true;/, ''),
    spec: 'test/handoff/unreported.spec.ts',
    red: ['gives a message of rsmq to another worker'],
  },
  {
    part: '8.3 workers: a report that is refused',
    what: 'SQS may delete it',
    changes: change('handoff/sqs.ts', ' || error instanceof UnreportedError', ''),
    spec: 'test/handoff/unreported.spec.ts',
    red: ['gives a message of SQS to another worker'],
  },
  {
    part: '8.2 rabbitmq: its queue',
    what: 'a connection whose queue is refused stays',
    changes: change('handoff/rabbitmq.ts', /\.then\(\(\) ?=> connection\.close\(\)\)/, ''),
    spec: RABBITMQ,
    red: ['harms nobody by a queue that is there with other arguments'],
  },
  {
    part: '8.2 bull: the id is its de-duplication key',
    what: 'it gets one of its own',
    changes: change('handoff/bull.ts', 'jobId: data.id', 'attempts: 2'),
    spec: BULL,
    red: ['delivers each job once'],
  },
  {
    part: '8.5 bull: partial failure',
    what: 'what it did not add is confirmed',
    changes: change(
      'handoff/bull.ts',
      /const confirmed = (\(await open\.addBulk\(jobs\)\)).*;/,
      '$1; const confirmed = messages.map(({ id }) => id);',
    ),
    spec: BULL,
    red: ['refuses one of ten and touches no neighbour'],
  },
  {
    part: '8.3 bull: the last failure',
    what: 'the one before the last is reported',
    changes: change('handoff/bull.ts', 'job.attemptsMade + 1 >=', 'job.attemptsMade + 2 >='),
    spec: BULL,
    red: ['fail at the last try'],
  },
  {
    part: '8.5 rsmq: a clear refusal before sending',
    what: 'what is too large is sent',
    changes: change('handoff/rsmq.ts', 'if (limit !== -1 && message.length > limit)', 'if (false)'),
    spec: RSMQ,
    red: ['refuses one of ten and touches no neighbour'],
  },
  {
    part: '8.3 rsmq: the last failure',
    what: 'the one before the last is reported',
    changes: change('handoff/rsmq.ts', 'given.rc < attempts', 'given.rc + 1 < attempts'),
    spec: RSMQ,
    red: ['fail at the last try'],
  },
  {
    part: '8.2 rabbitmq: publisher confirms',
    what: 'nobody waits for them',
    changes: change(
      'handoff/rabbitmq.ts',
      /\(error\) ?=> ?\(?error \? reject\(error\) : resolve\(\)\)?\);/,
      '() => undefined); resolve();',
    ),
    spec: RABBITMQ,
    red: ['refuses one of ten and touches no neighbour'],
  },
  {
    part: '8.5 rabbitmq: partial failure',
    what: 'what was nacked is confirmed',
    changes: change(
      'handoff/rabbitmq.ts',
      /if \(isNack\(cause\)\)\s+refused\.set\(message\.id, cause\)/,
      'if (isNack(cause)) confirmed.push(message.id)',
    ),
    spec: RABBITMQ,
    red: ['refuses one of ten and touches no neighbour'],
  },
  {
    part: '8.3 rabbitmq: the last failure',
    what: 'the one before the last is reported',
    changes: change(
      'handoff/rabbitmq.ts',
      'triesBefore(message) + 1 < attempts',
      'triesBefore(message) + 2 < attempts',
    ),
    spec: RABBITMQ,
    red: ['fail at the last try'],
  },
  {
    part: '8.5 sqs: a clear refusal before sending',
    what: 'what is too large is sent',
    changes: change('handoff/sqs.ts', 'const bytes = sizeOf(entry);', 'const bytes = 0;'),
    spec: SQS,
    red: ['refuses one of ten and touches no neighbour'],
  },
  {
    part: '8.5 sqs: payload unchanged',
    what: 'characters that SQS does not take are sent as they are',
    changes: change('handoff/sqs.ts', /toText\(message\)\.replaceAll\(.*\),\n/, 'toText(message),\n'),
    spec: SQS,
    red: ['delivers each job once'],
  },
  {
    part: '8.3 sqs: the last failure',
    what: 'the one before the last is reported',
    changes: change('handoff/sqs.ts', 'tries >= attempts', 'tries + 1 >= attempts'),
    spec: SQS,
    red: ['fail at the last try'],
  },
  {
    part: '8.2 sqs: partial failures',
    what: 'an entry that failed is passed over',
    changes: change('handoff/sqs.ts', /else\s+refused\.set\(idOf\(failed\), why\);/, ''),
    spec: SQS,
    red: ['tells of each entry that SQS answers as failed'],
  },
  {
    part: '8.2 sqs: partial failures',
    what: 'a failure of its own counts as a refusal',
    changes: change('handoff/sqs.ts', "ITS_OWN.test(failed.Code ?? '')", 'false'),
    spec: SQS,
    red: ['tells of each entry that SQS answers as failed'],
  },
  {
    part: '8.2 sqs: the id is its de-duplication key',
    what: 'a FIFO queue gets another at each delivery',
    changes: change(
      'handoff/sqs.ts',
      'MessageDeduplicationId: message.id',
      'MessageDeduplicationId: String(Math.random())',
    ),
    spec: SQS,
    red: ['gives a FIFO queue the group and the id'],
  },
  {
    part: '8.2 sqs: FIFO',
    what: 'all jobs are in one group',
    changes: change('handoff/sqs.ts', 'groupId?.(message) ?? message.id', "'programma'"),
    spec: SQS,
    red: ['gives a FIFO queue the group and the id'],
  },
  {
    part: '8.1 the brief',
    what: 'a job that was moved to processing cannot be moved by id',
    changes: sql('move-jobs', "j.state in ('created', 'active', 'processing')", "j.state in ('created', 'active')"),
    spec: BRIEF,
    red: ['runs the example of the brief'],
  },
];
