/** Lets time pass without waiting: what it brings comes in its order. */
import type { Assembly } from '../assembly.js';
import { Recurrence, ruleOf, tickId } from '../job/recurrence.js';
import type { Rehearsal } from '../store/rehearsal.js';
import { type KeptSchedule, Schedules } from '../store/schedules.js';
import { statements } from '../store/statements.js';
import { topicsOf } from './drain.js';

/** A schedule as it was left, and how far ahead of the clock it lives. */
interface Ahead {
  readonly nextMs: number | null;
  readonly byMs: number;
}

/**
 * The database's clock cannot be moved, so its rows are: what waits comes nearer. A schedule is another thing, because
 * its ticks are moments of its pattern (02:00 in Berlin), and moments moved by a few hours are none. It stays where it
 * is, and lives ahead of the clock by the time that has passed; its jobs have the tick that they would have had.
 */
export class PassingTime {
  private readonly schedules: Schedules;
  private readonly ahead = new Map<string, Ahead>();

  constructor(
    private readonly parts: Assembly,
    private readonly rehearsal: Rehearsal,
    schema: string,
  ) {
    this.schedules = new Schedules(parts.database, statements(schema));
  }

  /** @param settle runs what has come due, before time goes on */
  async pass(ms: number, settle: () => Promise<void>): Promise<void> {
    // Read once: the time that handlers take is not time that passes.
    const nowMs = await this.schedules.nowMs();
    await settle();
    for (let leftMs = ms; ; ) {
      const nextMs = await this.nextMs(nowMs);
      const stepMs = Math.max(0, Math.min(nextMs ?? Number.POSITIVE_INFINITY, leftMs));
      await this.step(stepMs);
      if (nextMs === null || nextMs > leftMs) break;
      leftMs -= stepMs;
      await this.parts.house.brokenClaims.runOnce();
      await this.tick(nowMs);
      await settle();
    }
  }

  /** Milliseconds until something comes due. */
  private async nextMs(nowMs: number): Promise<number | null> {
    const job = await this.rehearsal.nextDueMs(topicsOf(this.parts), this.parts.workerName);
    const ticks = (await this.live()).map(({ nextMs, byMs }) => nextMs - nowMs - byMs);
    const first = Math.min(job ?? Number.POSITIVE_INFINITY, ...ticks);
    return first === Number.POSITIVE_INFINITY ? null : first;
  }

  private async step(ms: number): Promise<void> {
    const live = await this.live();
    await this.rehearsal.moveTime(ms, this.parts.workerName);
    for (const { name, nextMs, byMs } of live) this.ahead.set(name, { nextMs, byMs: byMs + ms });
  }

  /** Makes jobs of the ticks that have come. */
  private async tick(nowMs: number): Promise<void> {
    for (const schedule of await this.live()) {
      const { name, nextMs, byMs, endsMs } = schedule;
      if (nextMs > nowMs + byMs) continue;
      const after = new Recurrence(ruleOf(schedule)).next(nextMs);
      const next = after === null || (endsMs !== null && after > endsMs) ? null : after;
      const id = tickId(name, nextMs);
      await this.schedules.fire([{ name, was: nextMs, next, jobs: [{ id, tick: nextMs }] }]);
      await this.rehearsal.dueNow([id]);
      this.ahead.set(name, { nextMs: next, byMs });
    }
  }

  /** The schedules that have a tick to come. One that is new, or was changed, lives in the present. */
  private async live(): Promise<(KeptSchedule & { nextMs: number; byMs: number })[]> {
    const kept = await this.schedules.list(null);
    return kept.flatMap((schedule) => {
      const { name, nextMs, paused } = schedule;
      if (nextMs === null || paused) return [];
      const known = this.ahead.get(name);
      return [{ ...schedule, nextMs, byMs: known?.nextMs === nextMs ? known.byMs : 0 }];
    });
  }
}
