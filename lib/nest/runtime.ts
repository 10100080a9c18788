/** Starts the claiming of one instance late and stops it early: its module is not global, and best imported last. */
import type { BeforeApplicationShutdown, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { ProgrammaCore } from './core.js';

export class ProgrammaRuntime implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown {
  constructor(private readonly core: ProgrammaCore) {}

  onApplicationBootstrap(): Promise<void> {
    return this.core.start();
  }

  /** The earliest hook there is: what handlers use, and closes in onApplicationShutdown, is still there. */
  onModuleDestroy(): Promise<void> {
    return this.core.drain();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.core.drain();
  }
}
