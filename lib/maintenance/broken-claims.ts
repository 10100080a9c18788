/** Takes back the jobs of workers that did not renew their claims: any process, as soon as the lease is over. */
import type { Chore } from '../base/chore.js';
import type { Broken, Claims, TakenBack } from '../store/claims.js';

/** Claims a round; a row has up to a few hundred jobs. */
const BATCH = 20;
/** What somebody has locked is looked at again after this. */
const LOOK_AGAIN_MS = 500;

export class BrokenClaims implements Chore {
  readonly name = 'broken claims';

  /** @param tookBack is told what was taken back */
  constructor(
    private readonly claims: Claims,
    private readonly tookBack: (jobs: readonly TakenBack[]) => void,
  ) {}

  async runOnce(): Promise<number> {
    const broken = await this.claims.breakExpired(BATCH);
    if (broken.jobs.length > 0) this.tookBack(broken.jobs);
    return restAfter(broken);
  }
}

/** Nothing is claimed: there is nothing to wait for, and the next look for work says when there is. */
function restAfter(broken: Broken): number {
  if (broken.more && !broken.waiting) return 0;
  if (broken.waiting) return LOOK_AGAIN_MS;
  return broken.leaseMs === null ? Number.POSITIVE_INFINITY : Math.max(0, broken.leaseMs);
}
