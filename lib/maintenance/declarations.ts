/** Keeps the schedules alive that this code declares, and reports those that no code declares any more. */
import type { Chore } from '../base/chore.js';
import { jittered } from '../base/clock.js';
import type { Schedules } from '../store/schedules.js';

/** Well below the time for which a declaration holds. */
const REST_MS = 60_000;

export class Declarations implements Chore {
  readonly name = 'declaring schedules';

  constructor(
    private readonly schedules: Schedules,
    private readonly names: () => readonly string[],
    private readonly undeclared: (name: string) => void,
  ) {}

  async runOnce(): Promise<number> {
    // Also without any of its own: the last one may have gone from the code.
    for (const name of await this.schedules.declare(this.names())) this.undeclared(name);
    return jittered(REST_MS);
  }
}
