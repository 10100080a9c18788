/** Breaks of spans and numbers. */
import { type Break, change, sql } from './break.js';

const TELEMETRY = 'test/telemetry/telemetry.spec.ts';

export const TELEMETRY_BREAKS: readonly Break[] = [
  {
    part: '7.3 telemetry: without a link',
    what: 'a job that nobody traced is linked to nothing there is',
    changes: change(
      'telemetry/spans.ts',
      /return context \? \[\{ context, attributes: (.*) \}\] : \[\];|return context\s*\? \[[^\]]*\]\s*: \[\];/,
      "return [{ context: context ?? { traceId: '', spanId: '', traceFlags: 0 } }];",
    ),
    spec: TELEMETRY,
    red: ['run without a link for a job that nobody traced'],
  },
  {
    part: "7.3 telemetry: the producer's context, linked",
    what: 'a run is not linked to where its job was added',
    changes: change('telemetry/spans.ts', 'jobs.flatMap(linkOf)', 'jobs.slice(jobs.length).flatMap(linkOf)'),
    spec: TELEMETRY,
    red: ['link the run of a job', 'carry the context through', 'of a batch link to every job'],
  },
  {
    part: '7.3 telemetry: a trace of its own',
    what: 'a run goes on with the trace of whoever started the engine',
    changes: [
      ...change('telemetry/spans.ts', ', root: true', ''),
      ...change('base/frame.ts', '= AsyncLocalStorage.snapshot()', '= (work) => work()'),
    ],
    spec: TELEMETRY,
    red: ['in a trace of its own'],
  },
  {
    part: "7.3 telemetry: the producer's context",
    what: 'its baggage stays behind',
    changes: change('telemetry/spans.ts', 'trace.deleteSpan(extracted(first))', 'ROOT_CONTEXT'),
    spec: TELEMETRY,
    red: ["give the handler the producer's baggage"],
  },
  {
    part: '7.3 telemetry: counters',
    what: 'what is added is not counted',
    changes: change('telemetry/numbers.ts', 'this.comers.add(jobs, { topic });', ''),
    spec: TELEMETRY,
    red: ['count what was added, started and ended', 'count the jobs of ticks as added'],
  },
  {
    part: '7.3 telemetry: counters',
    what: 'starts are not counted',
    changes: change('telemetry/numbers.ts', 'this.starters.add(1, { topic });', ''),
    spec: TELEMETRY,
    red: ['count what was added, started and ended'],
  },
  {
    part: '7.3 telemetry: gauges that never count a table',
    what: 'all that waits is counted',
    changes: sql('list-depths', /limit \$1::int/g, 'limit 1000000'),
    spec: TELEMETRY,
    red: ['tell how much waits'],
  },
  {
    part: '7.3 telemetry: counters',
    what: 'ends are not counted',
    changes: change('telemetry/numbers.ts', 'this.enders.add(1, { topic, outcome });', ''),
    spec: TELEMETRY,
    red: ['count what was added, started and ended'],
  },
  {
    part: '7.3 telemetry: histograms',
    what: 'waiting is not recorded',
    changes: change('telemetry/numbers.ts', /this\.waits\.record\(.*\);/, ''),
    spec: TELEMETRY,
    red: ['how long it waited and ran'],
  },
  {
    part: '7.3 telemetry: histograms',
    what: 'running is not recorded',
    changes: change('telemetry/numbers.ts', /this\.runs\.record\(.*\);/, 'void seconds;'),
    spec: TELEMETRY,
    red: ['how long it waited and ran'],
  },
  {
    part: '7.3 telemetry: gauges',
    what: 'a topic that was emptied is gone',
    changes: change('telemetry/numbers.ts', 'for (const topic of seen) {', 'for (const topic of found.keys()) {'),
    spec: TELEMETRY,
    red: ['tell how much waits'],
  },
];
