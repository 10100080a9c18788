/** What all instances of an application share: the registry of handlers, and the job of a request-scoped provider. */
import { Global, Module, Scope } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, ExternalContextCreator, ModulesContainer, REQUEST } from '@nestjs/core';
import { Job } from '../worker/job.js';
import { Registry } from './registry.js';
import { JOB } from './tokens.js';

const isJob = (request: unknown): boolean =>
  request instanceof Job || (Array.isArray(request) && request.every((one) => one instanceof Job));

@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    {
      provide: Registry,
      inject: [DiscoveryService, ExternalContextCreator, ModulesContainer],
      useFactory: (discovery: DiscoveryService, contexts: ExternalContextCreator, modules: ModulesContainer) =>
        new Registry(discovery, contexts, modules),
    },
    {
      provide: JOB,
      scope: Scope.REQUEST,
      inject: [REQUEST],
      useFactory: (request: unknown) => (isJob(request) ? request : null),
    },
  ],
  exports: [Registry, JOB],
})
export class ProgrammaSharedModule {}
