/** Removes unique keys that hold nothing any more: nothing that ends a job looks at its key. */
import type { Chore } from '../base/chore.js';
import { jittered } from '../base/clock.js';
import type { UniqueAdding } from '../store/unique-adding.js';

const BATCH = 1_000;
const REST_MS = 60_000;

export class UniqueKeys implements Chore {
  readonly name = 'unique keys';
  private after: string | null = null;

  constructor(private readonly keys: Pick<UniqueAdding, 'sweep'>) {}

  async runOnce(): Promise<number> {
    const { removed, next } = await this.keys.sweep(this.after, BATCH);
    this.after = next;
    // Where many are over there will be more; keys that hold are passed a batch a minute.
    return next !== null && removed > BATCH / 10 ? 0 : jittered(REST_MS);
  }
}
