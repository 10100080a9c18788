/** Lets what is added in this process start here without waiting in the queue, where there is room for it. */
import { monotonicMs, newId } from '../base/clock.js';
import type { Kept } from '../job/kept.js';
import type { ClaimedJob } from '../job/record.js';
import type { Claimer, Taken } from './claimer.js';
import type { Handler, Handlers } from './handler.js';

export interface AtOnceParts {
  readonly handlers: Handlers;
  readonly claimer: Claimer;
  /** A place of this handler is free again. */
  free(handler: Handler): void;
}

/**
 * A job that is added where it can start is promised by the statement that adds it: one statement and one commit are
 * then between addJob and its handler, instead of two. Only where nothing is passed over by that: every job has a place
 * now, nothing is known to wait for one, and no claim is on its way that could bring more than the places hold.
 */
export class AtOnce {
  constructor(private readonly parts: AtOnceParts) {}

  keep(wanted: ReadonlyMap<string, number>): Kept | undefined {
    const { claimer } = this.parts;
    if (!claimer.idle) return undefined;
    const handlers = new Map<string, Handler>();
    for (const [topic, n] of wanted) {
      const handler = this.parts.handlers.of(topic);
      if (!handler || handler.more || handler.free < n) return undefined;
      handlers.set(topic, handler);
    }
    for (const [topic, handler] of handlers) handler.busy += wanted.get(topic) ?? 0;

    const claimId = newId();
    const sentMs = monotonicMs();
    const worker = claimer.expect(claimId);
    const maxAttempts = new Map([...handlers].map(([topic, { options }]) => [topic, options.maxAttempts]));
    return {
      promisee: { worker, claimId, maxAttempts },
      start: (jobs) => {
        const taken: Taken[] = [];
        for (const job of jobs) {
          const handler = handlers.get(job.topic);
          if (handler) taken.push({ job, handler });
        }
        this.release(wanted, handlers, jobs);
        if (taken.length === 0) claimer.missed(claimId);
        // Whoever awaits addJob goes on first.
        else setImmediate(() => claimer.begin(taken, sentMs));
      },
      drop: (unsure) => {
        this.release(wanted, handlers, []);
        if (unsure) claimer.lost(worker);
        claimer.missed(claimId);
      },
    };
  }

  /** The places that these jobs do not need. */
  private release(
    wanted: ReadonlyMap<string, number>,
    handlers: ReadonlyMap<string, Handler>,
    but: readonly ClaimedJob[],
  ): void {
    for (const [topic, handler] of handlers) {
      const needed = but.filter((job) => job.topic === topic).length;
      for (let n = wanted.get(topic) ?? 0; n > needed; n--) this.parts.free(handler);
    }
  }
}
