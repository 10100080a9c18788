/** How times and jobs are put into words. */
export const MEANING = {
  created: 'waits for its time, or its turn',
  active: 'a handler has it',
  processing: 'somebody else works on it',
  completed: 'done',
  failed: 'its attempts are spent',
  cancelled: 'not to be done any more',
};

export function summary({ topic, data }) {
  if (topic === 'mail.welcome') return data.email;
  if (topic === 'order.pay') return `order ${data.number}, ${data.euros} €`;
  if (topic === 'report') return 'how many so far';
  return data === null ? '' : JSON.stringify(data);
}

/** `in 8 s`, `3 min ago` */
export function fromNow(date) {
  const seconds = Math.round((new Date(date) - Date.now()) / 1_000);
  const size = Math.abs(seconds);
  const text =
    size < 90 ? `${size} s` : size < 5_400 ? `${Math.round(size / 60)} min` : `${Math.round(size / 3_600)} h`;
  if (size < 1) return 'now';
  return seconds > 0 ? `in ${text}` : `${text} ago`;
}

export function when(job) {
  if (job.finishedAt) return fromNow(job.finishedAt);
  if (job.state === 'created') return new Date(job.runAfter) > new Date() ? fromNow(job.runAfter) : 'due';
  return `since ${fromNow(job.startedAt ?? job.createdAt)}`.replace(' ago', '');
}
