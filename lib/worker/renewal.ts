/** Extends the leases of what is in hand, and learns which jobs are no longer ours. */
import { jittered, monotonicMs } from '../base/clock.js';
import { Loop } from '../base/loop.js';
import type { Claims } from '../store/claims.js';
import type { HeldClaim, InHand } from './in-hand.js';

/**
 * A claim is renewed each third of its lease. A process learns from the database that a job is gone (cancelled, moved
 * by hand, taken back), or from its own monotonic clock that the lease is over: from then on another process may have
 * the job, whether or not the database can be reached to say so. The two go side by side, because a renewal that gets
 * no answer may last longer than what it renews.
 */
export class Renewal {
  private readonly renewing: Loop;
  private readonly lapsing: Loop;

  constructor(
    private readonly claims: Claims,
    private readonly inHand: InHand,
    private readonly failed: (error: unknown) => void,
  ) {
    this.renewing = new Loop(() => this.renewAll(), failed);
    this.lapsing = new Loop(async () => this.dropOver(), failed);
  }

  start(): void {
    this.renewing.start(Number.POSITIVE_INFINITY);
    this.lapsing.start(Number.POSITIVE_INFINITY);
  }

  async stop(): Promise<void> {
    await Promise.all([this.renewing.stop(), this.lapsing.stop()]);
  }

  /** A claim was taken: it is to be renewed in time. */
  holds(claim: HeldClaim): void {
    const leftMs = claim.deadlineMs - monotonicMs();
    // Part of the lease is over when its answer was long on its way.
    this.renewing.wakeWithin(Math.min(claim.leaseMs / 3, leftMs / 2));
    this.lapsing.wakeWithin(leftMs);
  }

  /** Something may have happened to what is in hand. */
  lookNow(): void {
    if (this.inHand.size > 0) this.renewing.wake();
  }

  private async renewAll(): Promise<number> {
    const now = monotonicMs();
    // What is over is not renewed: its handler has been told, or will be in this turn.
    const held = this.inHand.all().filter((claim) => claim.deadlineMs > now);
    if (held.length === 0) return Number.POSITIVE_INFINITY;
    const shortestMs = Math.min(...held.map((claim) => claim.leaseMs));
    try {
      await this.renew(held, shortestMs / 3);
      return shortestMs / 3;
    } catch (error) {
      this.failed(error);
      return jittered(Math.max(25, Math.min(shortestMs / 9, 2_000)));
    }
  }

  private async renew(held: readonly HeldClaim[], ms: number): Promise<void> {
    const sentMs = monotonicMs();
    const running = held.flatMap(({ id, attempts }) => [...attempts.keys()].map((job) => ({ id: job, claimId: id })));
    const gone = await this.claims.renew(
      held.map((claim) => claim.id),
      running,
      ms,
    );
    for (const claim of held) claim.deadlineMs = sentMs + claim.leaseMs;
    // Not all attempts of the job: the process may have it again, under a claim that holds.
    for (const { id, claimId, why } of gone) this.inHand.get(claimId)?.attempts.get(id)?.gone(why);
  }

  /** Leases that are over by our own clock; returns the milliseconds until the next one is. */
  private dropOver(): number {
    const now = monotonicMs();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const claim of this.inHand.all())
      if (claim.deadlineMs > now) nextMs = Math.min(nextMs, claim.deadlineMs);
      else this.inHand.lapse(claim);
    return nextMs - now;
  }
}
