/** When something recurs: from a cron pattern in a time zone, or each so many seconds. */
import { createHash } from 'node:crypto';
import { Cron } from 'croner';
import { InvalidJobError } from '../base/errors.js';

export type Rule =
  | { readonly pattern: string; readonly timeZone: string }
  | { readonly everySeconds: number; readonly anchorMs: number };

/** The rule of a schedule as it is kept. Every so many seconds counts from its start, or else from 1970: on the hour. */
export const ruleOf = (schedule: {
  readonly pattern: string | null;
  readonly everySeconds: number | null;
  readonly timeZone: string;
  readonly startsMs: number | null;
}): Rule =>
  schedule.pattern !== null
    ? { pattern: schedule.pattern, timeZone: schedule.timeZone }
    : { everySeconds: schedule.everySeconds ?? 1, anchorMs: schedule.startsMs ?? 0 };

/** Longer than from a moment to the change of the clocks that may concern it. */
const AROUND_MS = 15 * 3_600_000;
/** Written out, so that @daily is what 0 0 * * * is when the clocks change at midnight. */
const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const SECOND = 1_000;
const DAY = 24 * 3_600 * SECOND;

/**
 * Patterns are croner's: five fields, or six with seconds in front; names, ranges, steps, `L`, `W`, `#`.
 *
 * When clocks are put forward, what falls into the hour that does not exist runs once, right after it; when they are
 * put back, what names an hour that comes twice runs in the first of the two. A pattern that names no hour (`*`) counts
 * elapsed time and goes on through both. That is Vixie cron's rule.
 */
export class Recurrence {
  private readonly next_: (afterMs: number) => number | null;

  /** @throws InvalidJobError when it is no pattern, no time zone, or never */
  constructor(rule: Rule) {
    if ('everySeconds' in rule) {
      const everyMs = rule.everySeconds * SECOND;
      // Whole milliseconds, as moments are kept: a tick that is read back is the tick that it was.
      const tick = (n: number) => Math.round(rule.anchorMs + n * everyMs);
      this.next_ = (after) => {
        let n = Math.max(0, Math.floor((after - rule.anchorMs) / everyMs));
        while (tick(n) <= after) n++;
        return tick(n);
      };
      return;
    }
    checkZone(rule.timeZone);
    const pattern = NICKNAMES[rule.pattern.trim().toLowerCase()] ?? rule.pattern;
    this.next_ = (namesHours(pattern) ? wallClock : elapsed)({ ...rule, pattern });
  }

  /** The first tick after the moment; null: there is none. */
  next(afterMs: number): number | null {
    return this.next_(afterMs);
  }

  /** The ticks from `firstMs`, itself a tick, to `untilMs`, at most `limit`. */
  ticks(firstMs: number, untilMs: number, limit: number): number[] {
    const ticks: number[] = [];
    for (
      let tick: number | null = firstMs;
      tick !== null && tick <= untilMs && ticks.length < limit;
      tick = this.next(tick)
    )
      ticks.push(tick);
    return ticks;
  }

  /** The last tick from `firstMs`, itself a tick, to `untilMs`: without counting through all between. */
  last(firstMs: number, untilMs: number): number {
    for (let spanMs = SECOND; untilMs - spanMs > firstMs; spanMs *= 8) {
      let tick = this.next(untilMs - spanMs);
      if (tick === null || tick > untilMs) continue;
      for (let later = this.next(tick); later !== null && later <= untilMs; later = this.next(later)) tick = later;
      return tick;
    }
    return this.ticks(firstMs, untilMs, Number.POSITIVE_INFINITY).at(-1) ?? firstMs;
  }
}

/** The id of a schedule's job for a tick: the same in every process, and growing with the tick like other ids. */
export function tickId(schedule: string, tickMs: number): string {
  const hash = createHash('sha256').update(`${schedule}\n${tickMs}`).digest();
  hash.writeUIntBE(Math.max(0, Math.floor(tickMs)), 0, 6);
  // Version 8 of RFC 9562: a layout of our own.
  hash.writeUInt8(((hash[6] ?? 0) & 0x0f) | 0x80, 6);
  hash.writeUInt8(((hash[8] ?? 0) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function elapsed({ pattern, timeZone }: { pattern: string; timeZone: string }): (after: number) => number | null {
  const cron = parse(pattern, timeZone);
  return (after) => cron.nextRun(new Date(after))?.getTime() ?? null;
}

/** Reckons on the face of the clock, as if it never moved, and translates what it finds. */
function wallClock({ pattern, timeZone }: { pattern: string; timeZone: string }): (after: number) => number | null {
  const face = parse(pattern, 'UTC');
  const offset = offsetsOf(timeZone);
  return (after) => {
    // What stands earlier on the clock's face never has a later moment (see momentOf), so it need not be looked at.
    let shown = after + offset(after);
    for (;;) {
      const next = face.nextRun(new Date(shown))?.getTime();
      if (next === undefined) return null;
      const moment = momentOf(next, offset);
      if (moment > after) return moment;
      shown = next;
    }
  };
}

/** The moment at which a clock shows this; the first of two; what it never shows is at the end of the gap. */
function momentOf(shown: number, offset: (ms: number) => number): number {
  const before = offset(shown - AROUND_MS);
  const after = offset(shown + AROUND_MS);
  for (const candidate of [Math.max(before, after), Math.min(before, after)])
    if (offset(shown - candidate) === candidate) return shown - candidate;
  // In the gap: the clock is put forward at the moment where the offset changes.
  let [low, high] = [shown - Math.max(before, after) - DAY / 2, shown - Math.min(before, after) + DAY / 2];
  while (high - low > SECOND) {
    const middle = low + Math.floor((high - low) / (2 * SECOND)) * SECOND;
    if (middle === low) break;
    if (offset(middle) === offset(low)) low = middle;
    else high = middle;
  }
  return Math.floor(high / SECOND) * SECOND;
}

/** How far a zone's clocks are ahead of UTC at a moment, in milliseconds. */
function offsetsOf(timeZone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (ms) => {
    const part = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / SECOND) * SECOND;
  };
}

const namesHours = (pattern: string): boolean => {
  const fields = pattern.trim().split(/\s+/);
  return !['*', '?'].includes(fields[fields.length >= 6 ? 2 : 1] ?? '*');
};

function parse(pattern: string, timeZone: string): Cron {
  try {
    const cron = new Cron(pattern, { timezone: timeZone, paused: true });
    if (cron.nextRun(new Date(0)) === null) throw new Error('it never comes');
    return cron;
  } catch (cause) {
    throw new InvalidJobError(
      `"${pattern}" is no cron pattern: ${(cause as Error).message}. Such are "0 2 * * *" (at two), "*/10 * * * * *" (each ten seconds).`,
      { cause },
    );
  }
}

function checkZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone });
  } catch (cause) {
    throw new InvalidJobError(`"${timeZone}" is no time zone. Such are "Europe/Berlin", "America/New_York", "UTC".`, {
      cause,
    });
  }
}
