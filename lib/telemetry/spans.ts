/** A span where a job is added, a span where it runs, and the link between the two. */
import {
  type Attributes,
  type Context,
  context,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { Carrier, RunningJob } from '../options/telemetry.js';

/** What a span calls several topics of one act. */
const several = (topics: readonly string[]): string => (topics.length === 1 ? (topics[0] ?? '') : 'several topics');

export class Spans {
  constructor(private readonly tracer: Tracer) {}

  adding<T>(topics: readonly string[], add: (carrier: Carrier) => Promise<T>): Promise<T> {
    const attributes = { ...system(topics), 'messaging.operation.name': 'add', 'messaging.operation.type': 'send' };
    const span = this.tracer.startSpan(`add ${several(topics)}`, { kind: SpanKind.PRODUCER, attributes });
    const inside = trace.setSpan(context.active(), span);
    return context.with(inside, () => ended(span, () => add(carried(inside)))) as Promise<T>;
  }

  running(jobs: readonly RunningJob[], run: () => unknown): unknown {
    const [first, ...more] = jobs;
    const topic = first?.topic ?? '';
    const attributes: Attributes = {
      ...system([topic]),
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      ...(more.length > 0
        ? { 'messaging.batch.message_count': jobs.length }
        : { 'messaging.message.id': first?.id ?? '', 'programma.attempt': first?.attempt ?? 0 }),
    };
    const links = jobs.flatMap(linkOf);
    const span = this.tracer.startSpan(`process ${topic}`, { kind: SpanKind.CONSUMER, attributes, links, root: true });
    // What else the producer's context carries (baggage) is the handler's, where it is one job's.
    const base = first && jobs.length === 1 ? trace.deleteSpan(extracted(first)) : ROOT_CONTEXT;
    return context.with(trace.setSpan(base, span), () => ended(span, run));
  }
}

const system = (topics: readonly string[]): Attributes => ({
  'messaging.system': 'programma',
  ...(topics.length === 1 && { 'messaging.destination.name': topics[0] ?? '' }),
});

function carried(from: Context): Carrier {
  const carrier: Record<string, string> = {};
  propagation.inject(from, carrier);
  return carrier;
}

const extracted = ({ attributes }: RunningJob): Context => propagation.extract(ROOT_CONTEXT, attributes ?? {});

function linkOf(job: RunningJob): Link[] {
  const context = trace.getSpanContext(extracted(job));
  return context ? [{ context, attributes: { 'messaging.message.id': job.id } }] : [];
}

/** Ends the span with what the work comes to, in its own time. */
async function ended<T>(span: Span, work: () => T): Promise<Awaited<T>> {
  try {
    return await work();
  } catch (error) {
    span.recordException(error instanceof Error ? error : String(error));
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
    throw error;
  } finally {
    span.end();
  }
}
