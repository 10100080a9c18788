/** The engine as Nest injects it. */
import type { Assembly } from '../assembly.js';
import { Programma } from '../programma.js';

/**
 * A `Programma` whose life the module leads: it connects in `onModuleInit` (or at the first verb before: the hooks of
 * another global module may come earlier), claims from `onApplicationBootstrap` on, and is closed in
 * `onApplicationShutdown`. Call `start` yourself only with `autoStart: false`.
 */
export class ProgrammaService extends Programma {
  private ended = false;

  override async start(migrate?: boolean): Promise<void> {
    this.ended = false;
    await super.start(migrate);
  }

  override async shutdown(): Promise<void> {
    this.ended = true;
    await super.shutdown();
  }

  protected override async ready(): Promise<Assembly> {
    if (!this.ended) await this.connect();
    return super.ready();
  }
}
