/** Keeps the chores going, each in a loop of its own. */
import type { Chore } from '../base/chore.js';
import { Loop } from '../base/loop.js';

export interface Planned {
  readonly chore: Chore;
  /** Milliseconds from the start to the first round. */
  readonly firstMs: number;
}

export class Chores {
  private readonly loops = new Map<Chore, Loop>();

  constructor(
    readonly planned: readonly Planned[],
    failed: (error: unknown, where: string) => void,
  ) {
    for (const { chore } of planned)
      this.loops.set(
        chore,
        new Loop(
          () => chore.runOnce(),
          (error) => failed(error, chore.name),
        ),
      );
  }

  start(): void {
    for (const { chore, firstMs } of this.planned) this.loops.get(chore)?.start(firstMs);
  }

  wakeWithin(chore: Chore, ms: number): void {
    this.loops.get(chore)?.wakeWithin(ms);
  }

  /** The last rounds may have failed, but what made them fail is over. */
  retryNow(chore: Chore): void {
    this.loops.get(chore)?.retryNow();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.loops.values()].map((loop) => loop.stop()));
  }
}
