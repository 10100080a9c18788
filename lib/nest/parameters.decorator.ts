/** `@Payload()` and `@CurrentJob()`: what a handler's parameters get. */
import { assignMetadata, type PipeTransform, type Type } from '@nestjs/common';
import { Job } from '../worker/job.js';
import { ROUTE_ARGS_METADATA } from './nest-internals.js';

type Pipe = Type<PipeTransform> | PipeTransform;

/** What Nest calls a body, so that ValidationPipe looks at it. */
const PAYLOAD = 3;
/** Nothing that Nest knows, so that ValidationPipe leaves it alone. */
const CURRENT_JOB = 1_000;

/**
 * The job's data, or one property of it; pipes apply, `ValidationPipe` among them. A stored payload that a pipe refuses
 * as a bad request fails its job for good. In a batch handler: an array.
 */
export function Payload(...of: [property: string, ...pipes: Pipe[]] | Pipe[]): ParameterDecorator {
  const [first, ...rest] = of;
  return typeof first === 'string'
    ? parameter(PAYLOAD, first, rest as Pipe[])
    : parameter(PAYLOAD, undefined, of as Pipe[]);
}

/** The `Job`; in a batch handler: an array. */
export const CurrentJob = (): ParameterDecorator => parameter(CURRENT_JOB, undefined, []);

function parameter(type: number, data: string | undefined, pipes: Pipe[]): ParameterDecorator {
  return (prototype, method, index) => {
    if (method === undefined) throw new TypeError('@Payload() and @CurrentJob() stand on parameters of methods.');
    // Where Nest's own decorators write, so that a user's createParamDecorator stands beside ours.
    const there = Reflect.getMetadata(ROUTE_ARGS_METADATA, prototype.constructor, method) ?? {};
    const all = assignMetadata(there, type, index, data as never, ...pipes);
    Reflect.defineMetadata(ROUTE_ARGS_METADATA, all, prototype.constructor, method);
  };
}

/** The form in which Nest's ExternalContextCreator asks for a parameter. */
export const parameters = {
  exchangeKeyForValue(type: number, property: unknown, [given]: [Job | Job[]]): unknown {
    if (type !== PAYLOAD) return type === CURRENT_JOB ? given : undefined;
    const payloadOf = ({ data }: Job): unknown =>
      typeof property === 'string' ? (data as Record<string, unknown> | null)?.[property] : data;
    return given instanceof Job ? payloadOf(given) : given.map(payloadOf);
  },
};
