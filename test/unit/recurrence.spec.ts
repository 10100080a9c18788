/** Recurrence against a plain reckoning: minute by minute, as somebody would who looks at the clock on the wall. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Recurrence, tickId } from '../../lib/job/recurrence.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'];
const BEGIN = Date.UTC(2020, 0, 1);
const END = Date.UTC(2040, 0, 1);

const formats = new Map(
  ZONES.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    }),
  ]),
);

/** What the clock on the wall shows, as if it were UTC. */
function shown(zone: string, ms: number): number {
  const parts = formats.get(zone)?.formatToParts(ms) ?? [];
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'));
}

const offset = (zone: string, ms: number) => shown(zone, ms) - ms;

/** Every moment from 2020 to 2040 at which the zone's clocks are changed, to the hour. */
function changes(zone: string): number[] {
  const found: number[] = [];
  for (let day = BEGIN; day < END; day += 24 * HOUR) {
    if (offset(zone, day) === offset(zone, day + 24 * HOUR)) continue;
    for (let hour = day; hour < day + 24 * HOUR; hour += HOUR)
      if (offset(zone, hour) !== offset(zone, hour + HOUR)) found.push(hour);
  }
  return found;
}

interface Daily {
  pattern: string;
  hours: number[];
  minutes: number[];
}

const daily = (hours: number[], minutes: number[]): Daily => ({
  pattern: `${minutes} ${hours} * * *`,
  hours,
  minutes,
});

/** The first time that the clock shows it; what it never shows, once at the first moment after. */
function reckoned(walls: { ms: number; wall: number }[], { hours, minutes }: Daily): number[] {
  const fits = (wall: number) => {
    const date = new Date(wall);
    return hours.includes(date.getUTCHours()) && minutes.includes(date.getUTCMinutes());
  };
  const seen = new Set<number>();
  const ticks = new Set<number>();
  let before = walls[0]?.wall ?? 0;
  for (const { ms, wall } of walls) {
    for (let skipped = before + MINUTE; skipped < wall; skipped += MINUTE) if (fits(skipped)) ticks.add(ms);
    if (fits(wall) && !seen.has(wall)) ticks.add(ms);
    for (let s = Math.min(before + MINUTE, wall); s <= wall; s += MINUTE) seen.add(s);
    before = wall;
  }
  return [...ticks].sort((a, b) => a - b);
}

const known = new Map<string, { ms: number; wall: number }[]>();

function wallsAround(zone: string, change: number): { ms: number; wall: number }[] {
  const walls = known.get(`${zone} ${change}`) ?? [];
  if (walls.length === 0)
    for (let ms = change - 26 * HOUR; ms <= change + 30 * HOUR; ms += MINUTE) walls.push({ ms, wall: shown(zone, ms) });
  known.set(`${zone} ${change}`, walls);
  return walls;
}

const PATTERNS = [
  daily([2], [30]),
  daily([2], [0]),
  daily([3], [0]),
  daily([1], [45]),
  daily([1, 2, 3], [0, 20, 40]),
  daily([0, 2, 4, 23], [5]),
];

describe.each(ZONES)('in %s', (timeZone) => {
  it('a pattern that names hours runs once a day and hour, through every change of the clocks in twenty years', () => {
    const all = changes(timeZone);
    expect(all.length).toBeGreaterThanOrEqual(39);
    for (const change of all) {
      const walls = wallsAround(timeZone, change);
      const [first, last] = [change - 24 * HOUR, change + 28 * HOUR];
      for (const pattern of PATTERNS) {
        const recurrence = new Recurrence({ pattern: pattern.pattern, timeZone });
        const expected = reckoned(walls, pattern).filter((ms) => ms > first && ms <= last);
        const next = recurrence.next(first) ?? 0;
        expect({ change, pattern, ticks: recurrence.ticks(next, last, 1_000) }).toEqual({
          change,
          pattern,
          ticks: expected,
        });
      }
    }
  });

  it.each([
    ['*/30 * * * *', [0, 30]],
    ['15 * * * *', [15]],
  ])(
    'a pattern that names no hour, %s, runs whenever the clock shows its minutes, through every change',
    (pattern, minutes) => {
      const recurrence = new Recurrence({ pattern, timeZone });
      for (const change of changes(timeZone)) {
        const [first, last] = [change - 5 * HOUR, change + 5 * HOUR];
        const expected = wallsAround(timeZone, change)
          .filter(({ ms, wall }) => ms > first && ms <= last && minutes.includes(new Date(wall).getUTCMinutes()))
          .map(({ ms }) => ms);
        expect({ change, ticks: recurrence.ticks(recurrence.next(first) ?? 0, last, 100) }).toEqual({
          change,
          ticks: expected,
        });
      }
    },
  );
});

describe('a recurrence', () => {
  it('gives ticks that grow, each the next of the one before, wherever one begins', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.constantFrom('0 2 * * *', '*/7 1-3 * * 1-5', '30 4 1 * *', '0 0 29 2 *', '15 10 * * *'),
        fc.integer({ min: BEGIN, max: END }),
        (timeZone, pattern, from) => {
          const recurrence = new Recurrence({ pattern, timeZone });
          const first = recurrence.next(from) ?? 0;
          const second = recurrence.next(first) ?? 0;
          expect(first).toBeGreaterThan(from);
          expect(second).toBeGreaterThan(first);
          expect(recurrence.next(first - 1)).toBe(first);
          expect(recurrence.last(first, second)).toBe(second);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('finds the last tick of a long time without counting through it', () => {
    const recurrence = new Recurrence({ pattern: '* * * * * *', timeZone: 'UTC' });
    const year = Date.UTC(2027, 0, 1);
    expect(recurrence.last(Date.UTC(2026, 0, 1), year + 500)).toBe(year);
  });

  it('counts seconds from its anchor, on the hour when there is none', () => {
    const recurrence = new Recurrence({ everySeconds: 600, anchorMs: 0 });
    expect(recurrence.next(Date.UTC(2026, 5, 1, 12, 3))).toBe(Date.UTC(2026, 5, 1, 12, 10));
    expect(recurrence.next(Date.UTC(2026, 5, 1, 12, 10))).toBe(Date.UTC(2026, 5, 1, 12, 20));
  });

  it.each([86_400 / 7, 3_600 / 7, 60 / 7, 1.0001])(
    'comes each %s seconds at whole milliseconds, and never twice for one that was read back',
    (everySeconds) => {
      const recurrence = new Recurrence({ everySeconds, anchorMs: 0 });
      const from = Date.UTC(2026, 0, 1);
      const ticks = recurrence.ticks(recurrence.next(from) ?? 0, Number.POSITIVE_INFINITY, 2_000);
      expect(ticks.every(Number.isInteger)).toBe(true);
      for (const [i, tick] of ticks.entries())
        if (i > 0) expect(Math.abs(tick - (ticks[i - 1] ?? 0) - everySeconds * 1_000)).toBeLessThan(1.001);
    },
  );

  it('reads @daily as 0 0 * * *, also where clocks are put forward at midnight', () => {
    const timeZone = 'Africa/Cairo';
    const [nick, written] = ['@daily', '0 0 * * *'].map((pattern) => new Recurrence({ pattern, timeZone }));
    const from = Date.UTC(2026, 3, 20);
    const ticks = (recurrence?: Recurrence) => recurrence?.ticks(recurrence.next(from) ?? 0, from + 240 * HOUR, 100);
    expect(ticks(nick)).toEqual(ticks(written));
    expect(ticks(nick)).toHaveLength(10);
    // 00:00 does not exist on the last Friday of April.
    expect(ticks(nick)).toContain(Date.UTC(2026, 3, 23, 22));
  });

  it.each([
    ['61 * * * *', 'UTC', /no cron pattern/],
    ['* * *', 'UTC', /no cron pattern/],
    ['0 0 30 2 *', 'UTC', /never comes/],
    ['0 2 * * *', 'Europe/Nowhere', /no time zone/],
  ])('refuses %s in %s', (pattern, timeZone, why) => {
    expect(() => new Recurrence({ pattern, timeZone })).toThrow(why);
  });

  it('gives a tick one id, whoever reckons it, and other ticks and schedules others', () => {
    const id = tickId('reports', 1_800_000_000_000);
    expect(tickId('reports', 1_800_000_000_000)).toBe(id);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(tickId('reports', 1_800_000_001_000)).not.toBe(id);
    expect(tickId('report', 1_800_000_000_000)).not.toBe(id);
  });
});
