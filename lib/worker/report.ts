/** Says as an event what became of a job. */
import { monotonicMs } from '../base/clock.js';
import { inAFrameOfItsOwn } from '../base/frame.js';
import type { Bus } from '../events/bus.js';
import type { EventName } from '../events/events.js';
import type { Outcome } from '../job/outcome.js';
import { type ClaimedJob, type JobSketch, sketchOf } from '../job/record.js';

const EVENTS: Record<Outcome['kind'], EventName> = {
  completed: 'job:completed',
  failed: 'job:failed',
  retried: 'job:retried',
  snoozed: 'job:snoozed',
  released: 'job:released',
  deferred: 'job:released',
  unmoved: 'job:unmoved',
};

/** @param startedMs when its handler got the job, on the monotonic clock */
export function report(bus: Bus, claimed: ClaimedJob, outcome: Outcome, startedMs: number): void {
  if (!bus.hears(EVENTS[outcome.kind])) return;
  const job = sketchOf(claimed);
  const ms = monotonicMs() - startedMs;
  inAFrameOfItsOwn(() => reportOutcome(bus, job, outcome, ms));
}

/** Somebody moved the job, who may be the handler itself. */
export function reportMoved(bus: Bus, claimed: ClaimedJob, startedMs: number): void {
  const ms = monotonicMs() - startedMs;
  inAFrameOfItsOwn(() => bus.emit('job:moved', { job: sketchOf(claimed), ms }));
}

/** Somebody else has the job, or will have it. */
export function reportLost(bus: Bus, claimed: ClaimedJob): void {
  inAFrameOfItsOwn(() => bus.emit('job:lease-lost', { job: sketchOf(claimed) }));
}

function reportOutcome(bus: Bus, job: JobSketch, outcome: Outcome, ms: number): void {
  switch (outcome.kind) {
    case 'completed':
      bus.emit('job:completed', { job, result: outcome.result, ms });
      break;
    case 'failed':
      bus.emit('job:failed', { job, error: outcome.error, ms });
      break;
    case 'retried':
      bus.emit('job:retried', { job, error: outcome.error, afterSeconds: outcome.afterSeconds, ms });
      break;
    case 'snoozed':
      bus.emit('job:snoozed', { job, afterSeconds: outcome.afterSeconds, ms });
      break;
    case 'released':
    case 'deferred':
      bus.emit('job:released', { job, ms });
      break;
    case 'unmoved':
      bus.emit('job:unmoved', { job, error: outcome.error, ms });
      break;
  }
}
