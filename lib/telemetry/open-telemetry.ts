/** Traces and counts an engine through OpenTelemetry's API; without an SDK behind that, it does nothing. */
import { type Meter, metrics, type Tracer, trace } from '@opentelemetry/api';
import type { Telemetry } from '../options/telemetry.js';
import { Numbers } from './numbers.js';
import { Spans } from './spans.js';

export interface OpenTelemetryOptions {
  /** Default: the global one, named `programma`. */
  tracer?: Tracer | undefined;
  /** Default: the global one, named `programma`. */
  meter?: Meter | undefined;
}

/**
 * For the option `telemetry` of an engine or a module. One may serve several engines.
 *
 * Spans: `add <topic>` where a job is added, `process <topic>` where it runs. The second begins a trace of its own, which
 * is linked to the first: a job may run days later, and more than once. The context is carried in the job's attributes,
 * under the names of its propagator (`traceparent`).
 *
 * Numbers, by `topic`: counters `programma.jobs.added`, `programma.jobs.started`, `programma.jobs.ended` (and by
 * `outcome`); histograms `programma.jobs.waited` (due until claimed) and `programma.jobs.ran`, in seconds; gauges
 * `programma.queue.due` (at most 1,000) and `programma.queue.oldest_due`, in seconds, which every process reports of the
 * whole queue: take their maximum, not their sum.
 *
 * Import it after the SDK is registered, or give `tracer` and `meter`.
 *
 * @example
 * ProgrammaModule.forRoot({ telemetry: openTelemetry() })
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Telemetry {
  const spans = new Spans(options.tracer ?? trace.getTracer('programma'));
  const numbers = new Numbers(options.meter ?? metrics.getMeter('programma'));
  return {
    adding: (topics, add) => spans.adding(topics, add),
    added: (topic, jobs) => numbers.added(topic, jobs),
    running(jobs, run) {
      numbers.started(jobs);
      return spans.running(jobs, run);
    },
    ended: (topic, ending, seconds) => numbers.ended(topic, ending, seconds),
    watching: (depths) => numbers.watching(depths),
  };
}
