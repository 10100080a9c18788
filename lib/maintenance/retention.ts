/** Removes finished jobs when their time is over. */
import type { Chore } from '../base/chore.js';
import { jittered, monotonicMs } from '../base/clock.js';
import type { Resolved } from '../options/resolved.js';
import type { Upkeep } from '../store/upkeep.js';

const BATCH = 1_000;
const REST_MS = 600_000;
/** Longer ago than any retention. */
const EVER_SECONDS = 1e10;
/** What was locked in the last round is found again in this. */
const OVERLAP_SECONDS = 60;

export class Retention implements Chore {
  readonly name = 'retention';
  private completeAt: number | undefined;

  /** @param batch of each kind and topic in one statement */
  constructor(
    private readonly upkeep: Upkeep,
    private readonly keep: Exclude<Resolved['retention'], false>,
    private readonly batch = BATCH,
  ) {}

  async runOnce(): Promise<number> {
    const { completedSeconds, failedSeconds, cancelledSeconds } = this.keep;
    const startedAt = monotonicMs();
    const since =
      this.completeAt === undefined ? EVER_SECONDS : (startedAt - this.completeAt) / 1_000 + OVERLAP_SECONDS;
    const removed = await this.upkeep.removeFinished(
      [completedSeconds, failedSeconds, cancelledSeconds],
      this.batch,
      since,
    );
    if (removed.some(({ count }) => count >= this.batch)) return 0;
    this.completeAt = startedAt;
    return jittered(REST_MS);
  }
}
