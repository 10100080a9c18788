/** The verbs about jobs and topics: what callers may ask for while the engine is connected. */
import type { Assembly } from './assembly.js';
import type { Executor } from './base/executor.js';
import type { Topic } from './job/define-topic.js';
import type { HandingOver } from './job/handing-over.js';
import type { JobRecord } from './job/record.js';
import type { Every, ScheduleOptions } from './job/schedule.js';
import type { JobConfig, NewJob } from './job/spec.js';
import { checkTopic } from './job/topic.js';
import type { JobPage } from './store/asking.js';
import type { TopicState } from './store/topics.js';
import type { Added } from './verbs/adding.js';
import type { ListOptions } from './verbs/asking.js';
import type { RescheduleOptions } from './verbs/moving.js';
import type { Schedule } from './verbs/scheduling.js';

export interface By {
  /**
   * Runs inside the caller's transaction: what the verb does is there if and only if that commits. A client of pg, or
   * an ORM's transaction through its function in `programma/transaction/…`. `null`: in none, not even the one that the
   * option `transaction` knows of.
   * @throws NoTransactionError when it is no open transaction
   */
  tx?: Executor | null | undefined;
}

export abstract class JobVerbs {
  /** What is connected. @throws NotRunningError before `connect` or `start`, and after `shutdown` */
  protected abstract ready(): Promise<Assembly>;

  /** The transaction that was given, or else the one that the caller stands in. */
  protected abstract transactionOf(by: By | undefined): Executor | undefined;

  // -- adding ----------------------------------------------------------------------------------------------------------

  /**
   * Adds a job; returns its id. With an `id` that is there already, that job stays as it is. Adds that do not wait for
   * each other share statements, and run in any order; what belongs in an order goes into one `addJobs`.
   * @throws InvalidJobError, InvalidPayloadError, DatabaseUnavailableError
   */
  async addJob<I, O>(topic: Topic<I, O>, job: JobConfig<NoInfer<I>> & { data: NoInfer<I> }, by?: By): Promise<string>;
  async addJob<T = unknown>(topic: string, job?: JobConfig<T>, by?: By): Promise<string>;
  async addJob(topic: string | Topic, job: JobConfig = {}, by?: By): Promise<string> {
    return (await this.ready()).adding.one(topic, job, this.transactionOf(by));
  }

  /** Adds many, all or none; answers in their order. */
  async addJobs<const T extends readonly (string | Topic)[]>(
    jobs: { [K in keyof T]: NewJob<T[K]> },
    by?: By,
  ): Promise<Added[]> {
    return (await this.ready()).adding.many(jobs as unknown as readonly NewJob[], this.transactionOf(by));
  }

  // -- asking ------------------------------------------------------------------------------------------------------------

  async getJob(id: string): Promise<JobRecord | null> {
    return (await this.ready()).asking.one(id);
  }

  /** A page: what waits in the order of its turn, finished jobs the latest first, all jobs the newest first. */
  async listJobs(options: ListOptions = {}): Promise<JobPage> {
    return (await this.ready()).asking.page(options);
  }

  /**
   * Resolves with the record when the job is finished, in whichever process.
   * @throws WaitTimeoutError after `timeoutSeconds` (default 30)
   */
  async waitForJob(
    id: string,
    { timeoutSeconds = 30 }: { timeoutSeconds?: number | undefined } = {},
  ): Promise<JobRecord> {
    return (await this.ready()).waiting.wait(id, timeoutSeconds);
  }

  /** Every topic that has a record or was paused. */
  async topics(): Promise<TopicState[]> {
    return (await this.ready()).topics.list();
  }

  // -- moving by id: false when it changed nothing -------------------------------------------------------------------------

  /** Somebody else does the work and reports by id; with `timeoutSeconds`, the job comes back when they do not. */
  async moveJobToProcessing(id: string, to: HandingOver = {}): Promise<boolean> {
    return (await this.ready()).moving.toProcessing(id, to);
  }

  /** Completes an unfinished job. @param by `true` deletes its record, too */
  async moveJobToDone(
    id: string,
    by: boolean | { result?: unknown; delete?: boolean | undefined } = {},
  ): Promise<boolean> {
    const { result, delete: remove = false } = typeof by === 'boolean' ? { delete: by } : by;
    return (await this.ready()).moving.toDone(id, result, remove);
  }

  /** Fails an unfinished job for good. @param by `true` deletes its record, too */
  async moveJobToFailed(
    id: string,
    by: boolean | { error?: unknown; delete?: boolean | undefined } = {},
  ): Promise<boolean> {
    const { error, delete: remove = false } = typeof by === 'boolean' ? { delete: by } : by;
    return (await this.ready()).moving.toFailed(id, error, remove);
  }

  /** From every unfinished state, at once; a running handler learns it through its signal. */
  async cancelJob(id: string, by?: By): Promise<boolean> {
    return (await this.ready()).moving.cancel(id, this.transactionOf(by));
  }

  /** In any state, with the record; for a running handler it is a cancellation. */
  async deleteJob(id: string): Promise<boolean> {
    return (await this.ready()).moving.delete(id);
  }

  /** Takes a failed or cancelled job back into the queue with all its attempts; its errors stay. */
  async retryJob(id: string): Promise<boolean> {
    return (await this.ready()).moving.retry(id);
  }

  /** Takes all failed jobs of a topic back; returns how many. */
  async retryJobs({ topic }: { topic: string }): Promise<number> {
    return (await this.ready()).moving.retryAll(topic);
  }

  /** A job that waits for later is due now. */
  async runJobNow(id: string): Promise<boolean> {
    return (await this.ready()).moving.runNow(id);
  }

  /** Gives a waiting job another time, another priority, or both. */
  async rescheduleJob(id: string, to: RescheduleOptions): Promise<boolean> {
    return (await this.ready()).moving.reschedule(id, to);
  }

  /** In every state, finished ones too. So with the next two. */
  async addToAttributes(id: string, key: string, value: unknown): Promise<boolean> {
    return (await this.ready()).moving.addToAttributes(id, key, value);
  }

  async setAttributes(id: string, attributes: Record<string, unknown>): Promise<boolean> {
    return (await this.ready()).moving.setAttributes(id, attributes);
  }

  async setRetryAfterSeconds(id: string, seconds: number): Promise<boolean> {
    return (await this.ready()).moving.setRetryAfter(id, seconds);
  }

  /** No process claims its jobs until `resumeTopic`; what runs goes on. */
  async pauseTopic(topic: string): Promise<boolean> {
    return (await this.ready()).topics.pause(checkTopic(topic), true);
  }

  async resumeTopic(topic: string): Promise<boolean> {
    const assembly = await this.ready();
    const changed = await assembly.topics.pause(checkTopic(topic), false);
    if (changed) assembly.resumed(topic);
    return changed;
  }

  // -- what recurs -----------------------------------------------------------------------------------------------------

  /**
   * Adds a schedule, or changes the one of that name: a job for each tick, once in the whole fleet.
   * @param every a cron pattern, `{ everySeconds }`
   * @throws InvalidJobError
   */
  async addSchedule(name: string, every: Every, options: ScheduleOptions = {}): Promise<void> {
    return (await this.ready()).scheduling.put(name, every, options, false);
  }

  /** The jobs that came of it stay. */
  async removeSchedule(name: string): Promise<boolean> {
    return (await this.ready()).scheduling.remove(name);
  }

  /** No ticks until `resumeSchedule`; what was missed until then is treated as `missed` says. */
  async pauseSchedule(name: string): Promise<boolean> {
    return (await this.ready()).scheduling.pause(name, true);
  }

  async resumeSchedule(name: string): Promise<boolean> {
    return (await this.ready()).scheduling.pause(name, false);
  }

  /** Adds one job of it now, beside its ticks; its id, or null when there is no such schedule. */
  async runScheduleNow(name: string): Promise<string | null> {
    return (await this.ready()).scheduling.runNow(name);
  }

  async schedules(): Promise<Schedule[]> {
    return (await this.ready()).scheduling.all();
  }

  /** The next moments at which a schedule runs. */
  async nextRuns(name: string, count: number): Promise<Date[]> {
    return (await this.ready()).scheduling.nextRuns(name, count);
  }
}
