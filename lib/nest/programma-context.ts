/** What guards, interceptors and filters see of a job. */
import type { ArgumentsHost } from '@nestjs/common';
import { Job } from '../worker/job.js';

export const CONTEXT_TYPE = 'programma';

/** Whether a guard, interceptor or filter was called for a job, and not for a request. */
export const isProgrammaContext = (context: ArgumentsHost): boolean => context.getType<string>() === CONTEXT_TYPE;

/** `ProgrammaContext.of(context).getJob()`, as `switchToHttp` is for requests. */
export class ProgrammaContext {
  private constructor(private readonly jobs: readonly Job[]) {}

  /** @throws TypeError when the context is not a job's: ask `isProgrammaContext` first */
  static of(context: ArgumentsHost): ProgrammaContext {
    if (!isProgrammaContext(context))
      throw new TypeError(
        `ProgrammaContext.of: this is a context of "${context.getType()}". Ask isProgrammaContext first.`,
      );
    const [given] = context.getArgs<[Job | Job[]]>();
    return new ProgrammaContext(given instanceof Job ? [given] : given);
  }

  /** The job; of a batch handler the first one. */
  getJob<T = unknown>(): Job<T> {
    return this.jobs[0] as Job<T>;
  }

  /** All of a batch handler's. */
  getJobs<T = unknown>(): readonly Job<T>[] {
    return this.jobs as readonly Job<T>[];
  }

  getPayload<T = unknown>(): T {
    return this.getJob<T>().data;
  }
}
