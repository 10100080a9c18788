/** Makes a job of each tick that has come: any process, and the fleet together once. */
import type { Chore } from '../base/chore.js';
import { Recurrence, ruleOf, tickId } from '../job/recurrence.js';
import type { DueSchedule, Fired, Firing, Schedules } from '../store/schedules.js';

const BATCH = 100;
/** Of `missed: 'all'`, so many in one statement. */
const TICKS = 1_000;
/** A tick is missed when nobody was there for so long; what is only late runs in any case. */
const MISSED_AFTER_MS = 60_000;
const UNREADABLE_REST_MS = 60_000;

/**
 * Several processes may come at one moment: each reckons the same jobs with the same ids, and the statement moves a
 * schedule on only from the tick at which it was seen.
 */
export class Ticks implements Chore {
  readonly name = 'recurring jobs';
  private readonly recurrences = new Map<string, Recurrence>();

  constructor(
    private readonly schedules: Schedules,
    private readonly ticked: (fired: Fired) => void,
    private readonly failed: (error: unknown, where: string) => void,
  ) {}

  async runOnce(): Promise<number> {
    const { nowMs, due, waitMs } = await this.schedules.due(BATCH);
    if (due.length === 0) return waitMs === null ? Number.POSITIVE_INFINITY : Math.max(0, waitMs);
    const firings = due.flatMap((schedule) => this.firingOf(schedule, nowMs));
    for (const fired of await this.schedules.fire(firings)) this.ticked(fired);
    return firings.length === due.length ? 0 : Math.min(UNREADABLE_REST_MS, Math.max(0, waitMs ?? UNREADABLE_REST_MS));
  }

  /** One that this process cannot read (a zone that only a newer Node knows, say) must not hold up the others. */
  private firingOf(schedule: DueSchedule, nowMs: number): Firing[] {
    try {
      return [this.firing(schedule, nowMs)];
    } catch (error) {
      this.failed(error, `the schedule "${schedule.name}"`);
      return [];
    }
  }

  private firing(schedule: DueSchedule, nowMs: number): Firing {
    const recurrence = this.recurrenceOf(schedule);
    const { name, nextMs, endsMs } = schedule;
    const ticks = ticksToRun(recurrence, schedule, nowMs);
    const passed = ticks.length === TICKS ? (ticks.at(-1) ?? nextMs) : nowMs;
    const next = recurrence.next(passed);
    return {
      name,
      was: nextMs,
      next: next === null || (endsMs !== null && next > endsMs) ? null : next,
      jobs: ticks.map((tick) => ({ id: tickId(name, tick), tick })),
    };
  }

  private recurrenceOf(schedule: DueSchedule): Recurrence {
    const rule = ruleOf(schedule);
    const key = JSON.stringify(rule);
    const known = this.recurrences.get(key) ?? new Recurrence(rule);
    this.recurrences.set(key, known);
    return known;
  }
}

/** Of the ticks from where the schedule stands until now, those that `missed` wants. */
export function ticksToRun(
  recurrence: Recurrence,
  { nextMs, missed, overlap, endsMs }: Pick<DueSchedule, 'nextMs' | 'missed' | 'overlap' | 'endsMs'>,
  nowMs: number,
): number[] {
  const untilMs = endsMs === null ? nowMs : Math.min(nowMs, endsMs);
  if (missed === 'all' && overlap === 'queue') return recurrence.ticks(nextMs, untilMs, TICKS);
  const last = recurrence.last(nextMs, untilMs);
  return missed !== 'skip' || nowMs - last <= MISSED_AFTER_MS ? [last] : [];
}
