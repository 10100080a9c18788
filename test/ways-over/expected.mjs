/** What each app says, in whatever order: the same before and after. */
const mail = ['welcome Ada', 'invoice 7, attempt 1', 'invoice 7, attempt 2', 'report'];
const drained = ['welcome Ada', 'welcome Bob', 'welcome Cid', 'left in the old queue: 0', 'waiting for tomorrow: 1'];
const scheduled = ['nightly report', 'clean-up', 'the process has started'];
const together = ['nightly report, once in the fleet', 'cache, in each process'];

export const WAYS = {
  bullmq: { before: mail, after: mail, both: drained },
  'pg-boss': { before: mail, after: mail, both: drained },
  'graphile-worker': { before: mail, after: mail, both: drained },
  'nest-schedule': { before: scheduled, after: scheduled, both: together },
};
