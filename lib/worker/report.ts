/** Says as an event what became of a job. */
import type { Bus } from '../events/bus.js';
import type { Outcome } from '../job/outcome.js';
import type { JobSketch } from '../job/record.js';
import type { Answer } from '../store/claims.js';

export function report(bus: Bus, job: JobSketch, outcome: Outcome, answer: Answer, ms: number): void {
  if (answer === 'moved') bus.emit('job:moved', { job, ms });
  else if (answer === 'lost') bus.emit('job:lease-lost', { job });
  else reportOutcome(bus, job, outcome, ms);
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
