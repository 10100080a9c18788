/**
 * The README's chart, of one run or of several: `node --import ./test/support/typescript.mjs test/bench/readme-chart.ts
 * bench-results/results.json [more …]`. It writes docs/performance.svg.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { chart } from './report/chart.js';
import type { Run } from './report/results.js';

/** What a reader asks first: of each scenario one figure. */
const PANELS: Readonly<Record<string, string>> = { drain: 'one', add: 'c100', precision: 'p99', latency: 'p50' };
const CONTENDERS = ['programma', 'pg-boss', 'graphile', 'bullmq-pg', 'bullmq-pg-published', 'bullmq-redis', 'limit'];

const runs = await Promise.all(
  process.argv.slice(2).map(async (file) => JSON.parse(await readFile(file, 'utf8')) as Run),
);
const [first] = runs;
if (!first) throw new Error('Which results.json?');
const measured = runs.flatMap(({ results }) => results);
const results = Object.entries(PANELS).flatMap(([scenario, key]) =>
  measured
    .filter((result) => result.scenario === scenario)
    .map((result) => ({
      ...result,
      metrics: result.metrics.filter((metric) => metric.key === key),
      rows: CONTENDERS.flatMap((name) => result.rows.filter(({ contender }) => contender === name)),
    })),
);
await writeFile(new URL('../../docs/performance.svg', import.meta.url), await chart({ ...first, results }));
