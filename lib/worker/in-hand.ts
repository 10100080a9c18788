/** What this process holds: its claims, until when, and the attempts under each. */
import type { ClaimedJob } from '../job/record.js';
import type { Gone } from '../store/claims.js';

/** An attempt as its claim sees it. */
export interface Held {
  readonly claimed: ClaimedJob;
  /** The job is no longer ours, and why. */
  gone(why: Gone['why']): void;
}

export interface HeldClaim {
  readonly id: string;
  readonly leaseMs: number;
  /** The monotonic millisecond at which the lease is over for certain, reckoned from when its statement was sent. */
  deadlineMs: number;
  readonly attempts: Map<string, Held>;
}

export class InHand {
  private readonly claims = new Map<string, HeldClaim>();
  /** Claims that were given up because their lease was over by our own clock, and until when the database may differ. */
  private readonly lapsed = new Map<string, number>();

  /** @param sentMs when the statement that claimed the job was sent, on the monotonic clock */
  add(held: Held, sentMs: number): HeldClaim {
    const { id, claimId, leaseSeconds } = held.claimed;
    let claim = this.claims.get(claimId);
    if (!claim) {
      const leaseMs = leaseSeconds * 1_000;
      claim = { id: claimId, leaseMs, deadlineMs: sentMs + leaseMs, attempts: new Map() };
      this.claims.set(claimId, claim);
    }
    claim.attempts.set(id, held);
    return claim;
  }

  /** Its outcome is written, or it is gone. */
  remove(claimed: ClaimedJob): void {
    const claim = this.claims.get(claimed.claimId);
    claim?.attempts.delete(claimed.id);
    if (claim?.attempts.size === 0) this.claims.delete(claim.id);
  }

  get(claimId: string): HeldClaim | undefined {
    return this.claims.get(claimId);
  }

  /** The lease of the claim is over by our own clock. */
  lapse(claim: HeldClaim): void {
    this.lapsed.set(claim.id, claim.deadlineMs + claim.leaseMs);
    for (const held of [...claim.attempts.values()]) held.gone('lost');
  }

  /** The claims that were not given to us unheard. What has lapsed has spent an attempt, and its lease will say so. */
  known(nowMs: number): string[] {
    for (const [id, untilMs] of this.lapsed) if (untilMs < nowMs) this.lapsed.delete(id);
    return [...this.claims.keys(), ...this.lapsed.keys()];
  }

  all(): HeldClaim[] {
    return [...this.claims.values()];
  }

  /** The attempt that has this job now. */
  holding(jobId: string): Held | undefined {
    for (const claim of this.claims.values()) {
      const held = claim.attempts.get(jobId);
      if (held) return held;
    }
    return undefined;
  }

  get size(): number {
    return this.claims.size;
  }
}
