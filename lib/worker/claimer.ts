/** Claims jobs for all topics of the process in one statement, and starts them. */
import { chance, monotonicMs, wallClock } from '../base/clock.js';
import { fromOutside } from '../base/frame.js';
import { Loop } from '../base/loop.js';
import type { ClaimedJob } from '../job/record.js';
import type { Hint } from '../store/adding.js';
import type { Claimed, Claims, Want } from '../store/claims.js';
import { hasFailed } from '../store/faults.js';
import { Cursor } from './cursor.js';
import type { Handler, Handlers } from './handler.js';
import { Unheard } from './unheard.js';

export interface ClaimerParts {
  readonly worker: string;
  readonly claims: Claims;
  readonly handlers: Handlers;
  /** Takes what was claimed, for which the handler has kept a place, with when the statement was sent. */
  start(job: ClaimedJob, handler: Handler, sentMs: number): void;
  /** Gives back what came when the process had begun to stop. */
  giveBack(jobs: readonly ClaimedJob[], sentMs: number): Promise<void>;
  /** The claims of which jobs have begun. */
  known(): readonly string[];
  /** The next lease of anybody ends in so many milliseconds. */
  leaseEnds(inMs: number): void;
  /** The next schedule is due in so many milliseconds. */
  tickComes(inMs: number): void;
  failed(error: unknown): void;
}

/** Rests are spread over the last tenth of a heartBeat; a look after such a rest is that of an idle process. */
const IDLE = 0.9;
/** So soon comes the look after one that found jobs: whoever adds them adds more before it notifies again. */
const SOON_MS = 10;
/** A round may wait for a database that is away: a connection, a statement, a pause. */
const SLACK_MS = 30_000;
/** So many jobs of a topic at once: where there are more places, the next claim is on its way while these begin. */
const MOST_AT_ONCE = 500;

/** A job and the handler that has a place for it. */
export interface Taken {
  readonly job: ClaimedJob;
  readonly handler: Handler;
}

interface Look {
  readonly handler: Handler;
  readonly cursor: Cursor;
  readonly unbounded: boolean;
  readonly want: Want;
}

/**
 * A round claims for every handler with a free place, and rests until the next job is due, at most one heartBeat, and
 * not long when it found some. It is woken by what is added in this process, by a hint from another, and by a place
 * that becomes free while there was more than the places could take.
 */
export class Claimer {
  /** When it last looked, for health. */
  lastLook: Date | null = null;
  /** When it last went round, whatever came of it; on the monotonic clock. */
  private roundMs: number | undefined;
  private lookedMs = Number.NEGATIVE_INFINITY;
  private readonly loop: Loop;
  private readonly cursors = new Map<string, Cursor>();
  private stopping = false;
  private readonly unheard: Unheard;
  /** Claims that are ours, or will be when their statement is through, and of which nothing has begun. */
  private readonly expected = new Set<string>();
  private readonly nothingExpected: (() => void)[] = [];
  private freed = false;

  constructor(private readonly parts: ClaimerParts) {
    this.loop = new Loop(() => this.tick(), parts.failed);
    this.unheard = new Unheard(parts.worker, (names) =>
      parts.claims.releaseUnknown(names, [...parts.known(), ...this.expected]),
    );
  }

  start(): void {
    this.stopping = false;
    this.forgetCursors();
    this.loop.start();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.loop.stop();
    // What is being added meanwhile is given back when it comes.
    if (this.expecting) await new Promise<void>((resolve) => this.nothingExpected.push(resolve));
    // Whoever was started again meanwhile claims, and looks between its claims.
    if (this.stopping) await this.loop.stop();
    if (!this.stopping) return;
    this.unheard.hurry();
    await this.unheard.giveBack().catch(this.parts.failed);
  }

  /** Something is due, now or soon, in a topic that may be ours. */
  hear(hint: Hint): void {
    const handler = this.parts.handlers.of(hint.topic);
    if (!handler) return;
    this.cursorOf(hint.topic).hear(hint.dueMicros);
    if (hint.waitMs <= 0 || handler.free <= 0) handler.more = true;
    if (handler.free > 0 && hint.waitMs < handler.options.heartBeatMs) this.loop.wakeWithin(hint.waitMs);
  }

  /** Whatever may have been missed is looked for: after a reconnect, a resume, a new handler. */
  lookAfresh(): void {
    this.forgetCursors();
    this.loop.retryNow();
  }

  /** A place of this handler is free again. */
  placeFreed(handler: Handler): void {
    if (!handler.more || this.freed) return;
    this.freed = true;
    // Handlers that end in one turn of the event loop free their places together.
    setImmediate(() => {
      this.freed = false;
      this.loop.wake();
    });
  }

  /** No claim is on its way, and none is being given back as unknown. */
  get idle(): boolean {
    return this.loop.idle;
  }

  /** This claim, which is about to be written, is ours; returns the name to write it under. */
  expect(claimId: string): string {
    this.expected.add(claimId);
    return this.unheard.name;
  }

  /** What was taken has not begun, or may be ours at any moment. */
  get expecting(): boolean {
    return this.expected.size > 0;
  }

  /** A claim that was expected will not come. */
  missed(claimId: string): void {
    this.came([claimId]);
  }

  /** An answer to a claim under this name was lost. */
  lost(name: string): void {
    this.unheard.lost(name);
    this.loop.wake();
  }

  private came(claimIds: readonly string[]): void {
    for (const id of claimIds) this.expected.delete(id);
    if (this.expected.size === 0) for (const told of this.nothingExpected.splice(0)) told();
  }

  /** Starts what was taken, in the places that are kept for it, or gives it back when it comes too late. */
  begin(taken: readonly Taken[], sentMs: number): void {
    const late = taken.filter(({ handler }) => this.stopping || handler.resting);
    if (late.length > 0) {
      void this.parts.giveBack(
        late.map(({ job }) => job),
        sentMs,
      );
      for (const { handler } of late) handler.release();
    }
    fromOutside(() => {
      for (const one of taken) if (!late.includes(one)) this.parts.start(one.job, one.handler, sentMs);
    });
    this.came(taken.map(({ job }) => job.claimId));
  }

  private async tick(): Promise<number> {
    this.roundMs = monotonicMs();
    const released = await this.unheard.giveBack();
    // They are as old as they were, and so lie before the cursor.
    if (released > 0) this.forgetCursors();
    return Math.min(await this.round(), this.unheard.nextMs);
  }

  private async round(): Promise<number> {
    const looks = this.looks();
    // What comes due while there is no place is not seen: it is looked for when there is one.
    for (const handler of this.parts.handlers.all()) if (handler.free <= 0) handler.more = true;
    // A place that becomes free wakes us; should that be lost, we look all the same.
    if (looks.length === 0) return this.shortestHeartBeatMs();
    const sentMs = monotonicMs();
    const unbounded = looks.some((look) => look.unbounded);
    const claimed = await this.claim(looks, unbounded);
    this.lastLook = wallClock();
    this.lookedMs = sentMs;
    await this.take(claimed, looks, sentMs);
    if (claimed.leaseMs !== null) this.parts.leaseEnds(claimed.leaseMs);
    if (claimed.tickMs !== null) this.parts.tickComes(claimed.tickMs);
    if (looks.some(({ handler }) => handler.more && handler.free > 0)) return 0;
    // Spread a little, so that many processes do not look at one moment.
    const heartBeatMs =
      Math.min(...looks.map(({ handler }) => handler.options.heartBeatMs)) * (IDLE + (1 - IDLE) * chance());
    const soonMs = claimed.jobs.length > 0 ? SOON_MS : Number.POSITIVE_INFINITY;
    return Math.max(0, Math.min(claimed.dueMs ?? Number.POSITIVE_INFINITY, heartBeatMs, soonMs));
  }

  private async claim(looks: readonly Look[], askLeases: boolean): Promise<Claimed> {
    const { name } = this.unheard;
    try {
      return await this.parts.claims.claim(
        name,
        looks.map((look) => look.want),
        askLeases,
      );
    } catch (error) {
      if (!hasFailed(error)) this.unheard.lost(name);
      throw error;
    }
  }

  /** How long ago it last went round, and from when on that is a fault; undefined: it does not go. */
  pulse(): { ageMs: number; limitMs: number } | undefined {
    if (this.stopping || this.roundMs === undefined) return undefined;
    const rests = this.parts.handlers.all().map((handler) => handler.options.heartBeatMs);
    return { ageMs: monotonicMs() - this.roundMs, limitMs: 2 * Math.max(0, ...rests) + SLACK_MS };
  }

  private shortestHeartBeatMs(): number {
    const working = this.parts.handlers.all().filter((handler) => !handler.resting);
    return Math.min(...working.map((handler) => handler.options.heartBeatMs));
  }

  private looks(): Look[] {
    const now = monotonicMs();
    return this.parts.handlers
      .all()
      .filter((handler) => handler.free > 0)
      .map((handler) => {
        const { topic, options, free } = handler;
        const cursor = this.cursorOf(topic);
        const unbounded = cursor.mayWalk(now) || now - this.lookedMs >= IDLE * options.heartBeatMs;
        const { micros, ids } = cursor.position(unbounded);
        return {
          handler,
          cursor,
          unbounded,
          want: {
            topic,
            places: Math.min(free, MOST_AT_ONCE),
            maxAttempts: options.maxAttempts,
            cursorMicros: micros,
            cursorIds: ids,
          },
        };
      });
  }

  private async take(claimed: Claimed, looks: readonly Look[], sentMs: number): Promise<void> {
    const now = monotonicMs();
    const byTopic = new Map(looks.map((look) => [look.want.topic, [] as ClaimedJob[]]));
    for (const job of claimed.jobs) byTopic.get(job.topic)?.push(job);
    for (const { handler, cursor, unbounded, want } of looks) {
      const jobs = byTopic.get(want.topic) ?? [];
      cursor.moved(jobs, { unbounded, atMs: now, tookMs: now - sentMs });
      handler.more = jobs.length >= want.places;
    }
    if (this.stopping) return this.parts.giveBack(claimed.jobs, sentMs);
    const handlers = new Map(looks.map(({ want, handler }) => [want.topic, handler]));
    const taken: Taken[] = [];
    for (const job of claimed.jobs) {
      const handler = handlers.get(job.topic);
      if (!handler) continue;
      handler.busy++;
      this.expected.add(job.claimId);
      taken.push({ job, handler });
    }
    // Not before the next claim, if there is to be one, has left.
    if (taken.length > 0) setImmediate(() => this.begin(taken, sentMs));
  }

  private cursorOf(topic: string): Cursor {
    let cursor = this.cursors.get(topic);
    if (!cursor) {
      cursor = new Cursor();
      this.cursors.set(topic, cursor);
    }
    return cursor;
  }

  private forgetCursors(): void {
    for (const cursor of this.cursors.values()) cursor.forget();
  }
}
