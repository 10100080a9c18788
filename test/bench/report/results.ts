/** What a run has found, as it is written to JSON and as tables and charts are made of it. */
import type { Machine } from '../machine.js';
import { median } from '../measure.js';
import type { Metric } from '../scenario.js';

export interface Row {
  readonly contender: string;
  readonly title: string;
  /** For each metric, the value of each round. */
  readonly rounds: Readonly<Record<string, readonly number[]>>;
  /** Why there are no figures, or not all. */
  readonly failed?: string;
}

export interface Result {
  readonly scenario: string;
  readonly about: string;
  readonly metrics: readonly Metric[];
  readonly rounds: number;
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
  readonly loadBefore: string;
  readonly loadAfter: string;
  readonly seconds: number;
}

export interface Run {
  readonly command: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly server: string;
  readonly redis: string;
  readonly scale: number;
  readonly settings: readonly { contender: string; what: string; says: string; where: string }[];
  readonly results: readonly Result[];
}

export interface Cell {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  /** To ours. */
  readonly ratio: number | undefined;
}

/** Undefined: not measured. */
export function cellOf(result: Result, row: Row, metric: Metric): Cell | undefined {
  const values = row.rounds[metric.key];
  if (!values || values.length === 0) return undefined;
  const ours = result.rows.find(({ contender }) => contender === 'programma')?.rounds[metric.key];
  const middle = median(values);
  return {
    median: middle,
    least: Math.min(...values),
    most: Math.max(...values),
    ratio: ours && ours.length > 0 ? middle / median(ours) : undefined,
  };
}

/** 12,345 · 123 · 12.3 · 1.23 */
export function figure(n: number): string {
  if (!Number.isFinite(n)) return '–';
  const size = Math.abs(n);
  if (size >= 100 || n === 0) return Math.round(n).toLocaleString('en');
  return n.toFixed(size >= 10 ? 1 : 2);
}
