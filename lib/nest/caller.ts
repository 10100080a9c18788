/** Turns a method that was found into a function of a job: its instance, its parameters, what stands around it. */
import type { HttpException } from '@nestjs/common';
import { ContextIdFactory, ModuleRef } from '@nestjs/core';
import { InvalidPayloadError, LeaseLostError } from '../base/errors.js';
import type { ResolvedHandler } from '../options/handler-options.js';
import type { Run } from '../worker/handler.js';
import type { Job } from '../worker/job.js';
import type { Found, Wrapper } from './explorer.js';
import { methodOf } from './metadata.js';
import { type JobContextCreator, ROUTE_ARGS_METADATA } from './nest-internals.js';
import { parameters } from './parameters.decorator.js';
import { CONTEXT_TYPE } from './programma-context.js';

type Call = (given: Job | Job[]) => Promise<unknown>;
type Instance = Record<string | symbol, (...given: unknown[]) => unknown>;

export class Caller {
  constructor(
    private readonly contexts: JobContextCreator,
    private readonly enhancers: { readonly filters: boolean },
  ) {}

  /** What the engine runs for this handler. */
  handler(found: Found<unknown>, options: ResolvedHandler): Run {
    const call = this.enhanced(found);
    return options.batch === undefined ? this.oneByOne(call) : this.batch(call, options);
  }

  /** The method itself, with nothing around it. */
  listener({ wrapper, method }: Found<unknown>): (event: unknown) => unknown {
    if (isStatic(wrapper)) return (event) => (wrapper.instance as Instance)[method]?.(event);
    return async (event) => ((await resolved(wrapper, event)).instance as Instance)[method]?.(event);
  }

  private enhanced(found: Found<unknown>): Call {
    const { wrapper } = found;
    if (isStatic(wrapper)) return this.around(found, wrapper.instance);
    return async (given) => {
      const { instance, context } = await resolved(wrapper, given);
      return this.around(found, instance, context)(given);
    };
  }

  private around({ wrapper, prototype, method }: Found<unknown>, instance: object, context?: ContextId): Call {
    const run = methodOf(prototype, method);
    if (!run) throw new TypeError(`${String(method)} is not a method`);
    return this.contexts.create(
      instance,
      run,
      // Nest says string and means any key.
      method as string,
      ROUTE_ARGS_METADATA,
      parameters,
      context,
      context && wrapper.id,
      { guards: true, interceptors: true, filters: this.enhancers.filters },
      CONTEXT_TYPE,
    );
  }

  private oneByOne(call: Call): (job: Job) => unknown {
    return async (job) => {
      try {
        return await call(job);
      } catch (error) {
        if (!this.contexts.refused(error)) throw error;
        await job.fail(invalid(job, error as HttpException));
      }
    };
  }

  /** One payload that a pipe refuses must not fail its batch-mates: then each gets a call of its own. */
  private batch(call: Call, { completion }: ResolvedHandler): (jobs: Job[]) => unknown {
    const alone = this.oneByOne((job) => call([job as Job]));
    return async (jobs) => {
      try {
        await call(jobs);
      } catch (error) {
        if (!this.contexts.refused(error)) throw error;
        const ends = await Promise.allSettled(
          jobs.map(async (job) => {
            await alone(job);
            if (completion === 'auto') await job.complete().catch(unlessMoved);
          }),
        );
        for (const end of ends) if (end.status === 'rejected') throw end.reason;
      }
    };
  }
}

type ContextId = ReturnType<typeof ContextIdFactory.create>;

/** One instance for all jobs: neither it nor what it needs is made anew for each. */
const isStatic = (wrapper: Wrapper): boolean => !wrapper.isTransient && wrapper.isDependencyTreeStatic();

/** An instance for this job alone, made in the module that provides it, with the job as the request. */
async function resolved(wrapper: Wrapper, given: unknown): Promise<{ instance: object; context: ContextId }> {
  const module = wrapper.host?.getProviderByKey<ModuleRef>(ModuleRef)?.instance;
  if (!module) throw new Error(`Nest does not know the module of ${String(wrapper.name)}`);
  const context = ContextIdFactory.getByRequest(given as Record<string, unknown>);
  module.registerRequestByContextId(given, context);
  return { instance: await module.resolve(wrapper.token as string, context, { strict: true }), context };
}

function invalid(job: Job, error: HttpException): InvalidPayloadError {
  const response = error.getResponse();
  const said = typeof response === 'string' ? response : (response as { message?: unknown }).message;
  const issues = (Array.isArray(said) ? said : [said ?? error.message]).map((issue) =>
    typeof issue === 'string' ? issue : JSON.stringify(issue),
  );
  return new InvalidPayloadError(job.topic, issues, { cause: error });
}

function unlessMoved(error: unknown): void {
  if (!(error instanceof LeaseLostError)) throw error;
}
