/** The one place that touches what Nest does not promise; seen to hold on Nest 11 and 12. */
import { HttpException } from '@nestjs/common';
import {
  GUARDS_METADATA,
  INTERCEPTORS_METADATA,
  PIPES_METADATA,
  ROUTE_ARGS_METADATA,
} from '@nestjs/common/constants.js';
import { ExternalContextCreator } from '@nestjs/core';

export { ROUTE_ARGS_METADATA };

/** Under what Nest keeps what stands around a method. */
export const ENHANCERS = [GUARDS_METADATA, INTERCEPTORS_METADATA, PIPES_METADATA];

/** A bad request or an unprocessable one: what a pipe says of a value that no retry can mend. */
const REFUSALS = [400, 422];

export interface JobContextCreator {
  readonly create: ExternalContextCreator['create'];
  /** Whether this error is a pipe's word that a parameter is not what it should be. */
  refused(error: unknown): boolean;
}

/**
 * Nest's own creator of calls with guards, interceptors and pipes, but one that does not look at the application's
 * global ones unless it is told to: they are made for requests, and an HTTP guard would refuse every job.
 */
export function jobContextCreator(stock: ExternalContextCreator, global: boolean): JobContextCreator {
  const { container } = stock as unknown as { container: object };
  // Every context creator asks the container's configuration for what is global, and lives without one.
  const seen = global ? container : Object.create(container, { applicationConfig: { value: undefined } });
  const creator = ExternalContextCreator.fromContainer(seen);
  const refusals = new WeakSet<object>();
  const check = creator.getParamValue.bind(creator);
  creator.getParamValue = async (...of: Parameters<typeof check>) => {
    try {
      return await check(...of);
    } catch (error) {
      if (error instanceof HttpException && REFUSALS.includes(error.getStatus())) refusals.add(error);
      throw error;
    }
  };
  return {
    create: creator.create.bind(creator),
    refused: (error) => typeof error === 'object' && error !== null && refusals.has(error),
  };
}
