/** What the jobs of the suite do, and what may rightly become of each kind. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Programma } from '../../lib/engine.js';

export interface Order {
  kind: Kind;
  ms: number;
}

/** How often each kind is added. */
export const KINDS = {
  /** Ends at once, or nearly. */
  quick: 500,
  /** Ends within a lease. */
  slow: 200,
  /** Needs its lease renewed. */
  long: 60,
  /** Stops its event loop beyond the lease in its first attempt, and returns as if nothing had been. */
  blocks: 6,
  /** Throws in its first two attempts. */
  fails: 60,
  /** Throws always, and has three attempts. */
  doomed: 20,
  /** Kills its process, and has three attempts. */
  crashes: 1,
  /** Reports progress and attributes, then completes by its own word. */
  words: 60,
  /** Completes in a transaction of its own, with an effect in the same database. */
  within: 40,
  /** Snoozes in its first attempt. */
  snoozes: 30,
  /** Is handed over with a deadline, and reported by id. */
  handed: 30,
} as const;

export type Kind = keyof typeof KINDS;

export const DURATIONS: Readonly<Record<Kind, readonly [number, number]>> = {
  quick: [0, 20],
  slow: [300, 1_500],
  long: [2_500, 4_500],
  blocks: [3_500, 3_500],
  fails: [0, 50],
  doomed: [0, 50],
  crashes: [50, 200],
  words: [0, 200],
  within: [0, 100],
  snoozes: [0, 50],
  handed: [50, 400],
};

export const attemptsOf = (kind: Kind): number => (kind === 'doomed' || kind === 'crashes' ? 3 : 10_000);

export interface Means {
  readonly programma: Programma;
  /** A client of the struck server, for a transaction of the handler's own. */
  transaction<T>(work: (tx: { query(text: string, values?: unknown[]): Promise<never> }) => Promise<T>): Promise<T>;
  /** From here on the handler's own word decides about the job. */
  handsOver(): void;
}

/** What the handler returns becomes the result. `run` marks every word, so that it can be told whose it was. */
export async function perform(job: Job<Order>, run: string, means: Means): Promise<unknown> {
  const { kind, ms } = job.data;
  const mark = { run };
  switch (kind) {
    case 'blocks':
      if (job.attempt === 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
      return mark;
    case 'fails':
      await sleep(ms);
      if (job.attempt <= 2) throw new Error(`fails, run=${run}`);
      return mark;
    case 'doomed':
      await sleep(ms);
      throw new Error(`doomed, run=${run}`);
    case 'crashes':
      await sleep(ms);
      return process.kill(process.pid, 'SIGKILL');
    case 'words':
      await job.progress(mark);
      await sleep(ms);
      await job.addToAttributes('mark', mark);
      means.handsOver();
      return job.complete(mark);
    case 'within':
      await sleep(ms);
      means.handsOver();
      return means.transaction(async (tx) => {
        await tx.query('insert into chaos.effects (job, run) values ($1, $2)', [job.id, run]);
        await job.completeWithin(tx as never, mark);
      });
    case 'snoozes':
      await sleep(ms);
      if (job.attributes?.snoozed) return mark;
      await job.addToAttributes('snoozed', true);
      means.handsOver();
      return job.snooze(0.5);
    case 'handed':
      means.handsOver();
      await job.moveToProcessing({ timeoutSeconds: 3 });
      await sleep(ms);
      await means.programma.moveJobToDone(job.id, { result: mark });
      return undefined;
    default:
      await sleep(ms);
      return mark;
  }
}
