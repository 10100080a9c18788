/** Leads the life of one instance: connected before anybody's onModuleInit, closed after everybody's shutdown. */
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { worksOn } from '../options/resolve-handler.js';
import { Programma } from '../programma.js';
import type { Settings } from './module-options.js';
import type { ProgrammaService } from './programma.service.js';
import type { Registry } from './registry.js';

/**
 * Its module is global, so that on start it comes first and on shutdown last. Claiming, which must begin late and end
 * early, is the business of ProgrammaRuntime, in a module that is not.
 *
 * An HTTP application that is closed while it starts runs the hooks of its end before those of its start are through:
 * what comes after `closed` does nothing. A test may put anything in the service's place; then there is no life to lead.
 */
export class ProgrammaCore implements OnModuleInit, OnApplicationShutdown {
  private topics: readonly string[] = [];
  private draining: Promise<void> | undefined;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly service: ProgrammaService,
    private readonly registry: Registry,
  ) {
    registry.add({ settings, service });
  }

  /** @throws what is wrong with handlers, schema or database, after everything that was opened is closed again */
  async onModuleInit(): Promise<void> {
    if (this.closing || !this.isReal) return;
    try {
      const { name, handOff } = this.settings;
      this.topics = [...this.registry.bind(name), ...Object.keys(handOff)];
      for (const [topic, target] of Object.entries(handOff)) this.service.handOff(topic, target);
      await this.service.connect();
    } catch (error) {
      // Nest runs no shutdown hook of an application context that could not start.
      await this.registry.closeAll();
      throw error;
    }
  }

  /** Claims, unless the application is about to end or somebody else will say when. */
  async start(): Promise<void> {
    const { engine, logger } = this.settings;
    if (this.closing || this.draining || !this.isReal || !engine.autoStart) return;
    await this.service.start();
    const working = this.topics.filter((topic) => worksOn(engine.workers, topic));
    if (working.length > 0) logger.log(`Working on ${working.map((topic) => `"${topic}"`).join(', ')}`);
    else
      logger.log(`Working on no topic${engine.workers === true ? '' : ' (the option "workers")'}; adding jobs works`);
  }

  /** Never rejects: on Nest 11 that would end the shutdown in its middle. So with the next. */
  drain(): Promise<void> {
    this.draining ??= this.orLog(() => this.service.drain(), 'draining');
    return this.draining;
  }

  onApplicationShutdown(): Promise<void> {
    this.closing ??= this.orLog(() => this.close(), 'closing');
    return this.closing;
  }

  private async close(): Promise<void> {
    await this.service.shutdown();
    this.settings.logger.log('Stopped');
  }

  private get isReal(): boolean {
    return this.service instanceof Programma;
  }

  private async orLog(act: () => Promise<void>, what: string): Promise<void> {
    try {
      if (this.isReal) await act();
    } catch (error) {
      this.settings.logger.error(`${what} failed: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
    }
  }
}
