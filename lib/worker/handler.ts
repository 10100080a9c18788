/** The handlers of the process, a topic each, and how many places they have. */
import { DuplicateHandlerError } from '../base/errors.js';
import type { Topic } from '../job/define-topic.js';
import type { ResolvedHandler } from '../options/handler-options.js';
import { inBatches } from './batch.js';
import type { Job } from './job.js';

/** Which of the two, the option `batch` says. */
export type Run = ((job: Job) => unknown) | ((jobs: Job[]) => unknown);

export class Handler {
  /** Claimed and about to run, running, or ended and waiting for the settler to have room. */
  busy = 0;
  /** The last claim filled every place: there is probably more. */
  more = true;
  /** Nothing is claimed for it: it was stopped, or this process does not work on its topic. */
  resting = false;
  /** What it needs is away: nothing is claimed for it until that is back. */
  waiting = false;
  readonly run: (job: Job) => unknown;
  private readonly idle: (() => void)[] = [];

  constructor(
    readonly options: ResolvedHandler,
    run: Run,
    /** Names it in errors: a class and method, or processJobs. */
    readonly where: string,
    /** Where it has a schema: what that makes of a payload is what the handler gets. */
    readonly checkedBy?: Topic,
  ) {
    const { batch } = options;
    this.run = batch === undefined ? (run as (job: Job) => unknown) : inBatches(batch, run as (jobs: Job[]) => unknown);
  }

  get topic(): string {
    return this.options.topic;
  }

  get free(): number {
    return this.resting || this.waiting ? 0 : this.options.maxJobs - this.busy;
  }

  release(): void {
    this.busy--;
    if (this.busy === 0) for (const told of this.idle.splice(0)) told();
  }

  /** Resolves when no job of it runs. */
  drained(): Promise<void> {
    return this.busy === 0 ? Promise.resolve() : new Promise((resolve) => this.idle.push(resolve));
  }
}

export class Handlers {
  private readonly byTopic = new Map<string, Handler>();

  /** @throws DuplicateHandlerError */
  add(handler: Handler): void {
    const there = this.byTopic.get(handler.topic);
    if (there) throw new DuplicateHandlerError(handler.topic, there.where, handler.where);
    this.byTopic.set(handler.topic, handler);
  }

  remove(handler: Handler): void {
    if (this.byTopic.get(handler.topic) === handler) this.byTopic.delete(handler.topic);
  }

  of(topic: string): Handler | undefined {
    return this.byTopic.get(topic);
  }

  all(): Handler[] {
    return [...this.byTopic.values()];
  }

  get size(): number {
    return this.byTopic.size;
  }
}
