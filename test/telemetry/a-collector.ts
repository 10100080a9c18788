/** OpenTelemetry's own SDK, which keeps what it is told. */
import { context, DiagLogLevel, diag, propagation } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  CompositePropagator,
  setGlobalErrorHandler,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from '@opentelemetry/core';
import {
  AggregationTemporality,
  type DataPoint,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { openTelemetry } from 'programma/telemetry';
import { atTheEnd } from '../support/at-the-end.js';

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(
  new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
);

/** What the SDK complains of. */
export const faults: unknown[] = [];
const note = (...said: unknown[]) => faults.push(said);
const quiet = () => {};
diag.setLogger({ error: note, warn: note, info: quiet, debug: quiet, verbose: quiet }, DiagLogLevel.WARN);
setGlobalErrorHandler(note);

type Point = DataPoint<number | { count: number; sum?: number }>;

export function aCollector() {
  const exporter = new InMemorySpanExporter();
  const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const numbers = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: numbers, exportIntervalMillis: 3_600_000 });
  const meters = new MeterProvider({ readers: [reader] });
  atTheEnd(() => meters.shutdown());
  return {
    tracer: tracers.getTracer('test'),
    telemetry: openTelemetry({ tracer: tracers.getTracer('programma'), meter: meters.getMeter('programma') }),
    spans: (name: string) => exporter.getFinishedSpans().filter((span) => span.name === name),
    /** What a collection of the SDK finds: `[attributes, value]` of each point. */
    async points(name: string): Promise<[unknown, number][]> {
      numbers.reset();
      await reader.forceFlush();
      const all = numbers.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
      const found = (all.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? []) as Point[];
      return found.map(({ attributes, value }) => [attributes, typeof value === 'number' ? value : value.count]);
    },
    async sum(name: string): Promise<number> {
      numbers.reset();
      await reader.forceFlush();
      const all = numbers.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
      const found = (all.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? []) as Point[];
      return found.reduce((sum, { value }) => sum + (typeof value === 'number' ? value : (value.sum ?? 0)), 0);
    },
  };
}
