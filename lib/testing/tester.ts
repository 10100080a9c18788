/** What a test does with an engine: asks what was added, runs it, lets time pass. */
import type { Assembly } from '../assembly.js';
import { newId } from '../base/clock.js';
import { InvalidJobError } from '../base/errors.js';
import { didYouMean } from '../base/suggest.js';
import { type Ended, type Ending, hearEndings } from '../events/endings.js';
import type { JobRecord } from '../job/record.js';
import type { JobConfig } from '../job/spec.js';
import type { Programma } from '../programma.js';
import { Rehearsal } from '../store/rehearsal.js';
import { Drain, type DrainOptions } from './drain.js';
import { PassingTime } from './passing-time.js';

/** How attempts ended and how often: `{ completed: 2, retried: 1 }`. What did not happen is not named. */
export type Endings = Partial<Record<Ending, number>>;

/** Not before anybody looks: a job that is performed is taken by its id. */
const NEVER = '9999-01-01T00:00:00Z';
const PAGE = 1_000;

interface Tools {
  readonly parts: Assembly;
  readonly rehearsal: Rehearsal;
  readonly time: PassingTime;
}

/**
 * Works on any connected `Programma`. Best is one that claims nothing by itself (`autoStart: false`, as in
 * `ProgrammaTestingModule`): then a job runs when the test says so, and not a moment earlier.
 */
export class ProgrammaTester {
  private known: Tools | undefined;

  constructor(private readonly programma: Programma) {}

  /**
   * The jobs that were added to a topic and committed, the first one first, whatever became of them; those that
   * `perform` made are not among them.
   */
  async added(topic: string): Promise<JobRecord[]> {
    const found: JobRecord[] = [];
    for (let after: string | undefined; ; ) {
      const { jobs, next } = await this.programma.listJobs({ topic, limit: PAGE, after });
      found.push(...jobs);
      if (next === null) break;
      after = next;
    }
    return found.sort((a, b) => Number(a.createdAt) - Number(b.createdAt) || (a.id < b.id ? -1 : 1));
  }

  /**
   * Runs the handler of a topic once, as the engine does (its guards, pipes, timeout and completion included), with a
   * job that is added for it and removed after it, unless it was handed over to somebody else.
   * @returns the job's result
   * @throws what the handler threw
   */
  async perform(topic: string, data?: unknown, job: Omit<JobConfig, 'data' | 'id'> = {}): Promise<unknown> {
    const { parts } = await this.tools();
    const topics = parts.handlers.all().map((handler) => handler.topic);
    if (!topics.includes(topic))
      throw new InvalidJobError(`perform: no handler here works on "${topic}"${didYouMean(topic, topics)}.`);
    const id = newId();
    let ended: Ended | undefined;
    const off = hearEndings(this.programma, (end) => {
      if (end.id === id) ended ??= end;
    });
    try {
      await this.programma.addJob(topic, { ...job, data, id, runAfterDate: NEVER });
      await parts.runHere(topic, [id]);
    } finally {
      off();
      if (ended?.ending !== 'moved') await this.programma.deleteJob(id);
    }
    if (ended?.ending === 'retried' || ended?.ending === 'failed') throw ended.error;
    return ended?.result;
  }

  /**
   * Runs everything that is due and has a handler here, and what comes of it, until nothing is due. What failed and
   * waits for its next attempt is not due: let time pass.
   */
  async drain(options: DrainOptions = {}): Promise<Endings> {
    const { parts, rehearsal } = await this.tools();
    return this.counted(() => new Drain(parts, rehearsal, options).run());
  }

  /**
   * Lets `seconds` pass, without waiting: jobs that were scheduled, next attempts, ticks of what recurs, and deadlines of
   * what was handed over come in their order, and run. Drains first.
   */
  async passTime(seconds: number, options: DrainOptions = {}): Promise<Endings> {
    if (!(seconds >= 0 && seconds <= 1e10))
      throw new InvalidJobError(`passTime: a number of seconds, 0 or more, not ${seconds}`);
    const { parts, rehearsal, time } = await this.tools();
    return this.counted(() => time.pass(seconds * 1_000, () => new Drain(parts, rehearsal, options).run()));
  }

  /** Removes every job, and the pause of every topic; schedules stay. Between tests that share a module. */
  async clear(): Promise<void> {
    await (await this.tools()).rehearsal.clear();
  }

  private async counted(work: () => Promise<void>): Promise<Endings> {
    const endings: Endings = {};
    const off = hearEndings(this.programma, ({ ending }) => {
      endings[ending] = (endings[ending] ?? 0) + 1;
    });
    try {
      await work();
      return endings;
    } finally {
      off();
    }
  }

  /** An engine that was shut down and started again has other parts. */
  private async tools(): Promise<Tools> {
    const parts = await this.programma.parts();
    if (this.known?.parts !== parts) {
      const rehearsal = new Rehearsal(parts.database, parts.schema);
      this.known = { parts, rehearsal, time: new PassingTime(parts, rehearsal, parts.schema) };
    }
    return this.known;
  }
}
