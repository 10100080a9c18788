/** Where the claims of a topic have got to, so that they need not walk over what they have already taken. */
import type { ClaimedJob } from '../job/record.js';

/**
 * The claim deletes what it takes from the index, but while an old transaction stays open the dead entries remain,
 * and a claim that starts at the beginning walks over all of them again. So each claim starts after the last row that
 * the one before returned, in each of the ten priorities.
 *
 * What commits late, is dated back, or is written under a clock that stepped back lies before the cursor. Three things
 * find it: a hint with its time moves the cursor back; a walk without bound follows after U, which is a second, or
 * thirty times what the last such walk took, so that they cost a thirtieth of the time at most; and the look of an
 * idle process has no bound at all. A claim that comes back short is no reason for one: under steady load most do.
 */
export class Cursor {
  private micros: number[] = new Array(LANES).fill(BEGIN);
  private ids: string[] = new Array(LANES).fill(FIRST_ID);
  private backTo = Number.POSITIVE_INFINITY;
  private walkedAt = Number.NEGATIVE_INFINITY;
  private pauseMs = 0;

  /** Whether it is time for a walk without bound. */
  mayWalk(nowMs: number): boolean {
    return nowMs - this.walkedAt >= this.pauseMs;
  }

  /** The next claim walks without bound. */
  forget(): void {
    this.walkedAt = Number.NEGATIVE_INFINITY;
    this.pauseMs = 0;
  }

  /** What the claim starts from. */
  position(unbounded: boolean): { micros: readonly number[]; ids: readonly string[] } {
    this.backTo = Number.POSITIVE_INFINITY;
    return unbounded ? UNBOUNDED : { micros: this.micros, ids: this.ids };
  }

  /** A job is due at that moment, perhaps one before the cursor. */
  hear(dueMicros: number): void {
    // What is heard while a claim is in flight must survive what the claim returns.
    this.backTo = Math.min(this.backTo, dueMicros);
    this.moveBack();
  }

  /** @param jobs what the claim returned of this topic, in order */
  moved(jobs: readonly ClaimedJob[], walk: { unbounded: boolean; atMs: number; tookMs: number }): void {
    for (const job of jobs) {
      this.micros[job.priority] = job.runAfterMicros;
      this.ids[job.priority] = job.id;
    }
    this.moveBack();
    if (!walk.unbounded) return;
    this.walkedAt = walk.atMs;
    this.pauseMs = Math.max(LEAST_PAUSE_MS, 30 * walk.tookMs);
  }

  private moveBack(): void {
    for (let lane = 0; lane < LANES; lane++) {
      if ((this.micros[lane] ?? BEGIN) < this.backTo) continue;
      this.micros[lane] = this.backTo;
      this.ids[lane] = FIRST_ID;
    }
  }
}

const LANES = 10;
/** The year 1: microseconds since 1970. */
const BEGIN = -6.2e16;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const LEAST_PAUSE_MS = 1_000;
const UNBOUNDED = { micros: new Array<number>(LANES).fill(BEGIN), ids: new Array<string>(LANES).fill(FIRST_ID) };
