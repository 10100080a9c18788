/** What is measured: a scenario gives each contender a turn, round after round, and says what the figures mean. */
import type { Bench } from './bench.js';
import type { Variant } from './contender.js';

export interface Metric {
  readonly key: string;
  readonly title: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
}

export type Figures = Readonly<Record<string, number>>;

export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly contenders: readonly string[];
  readonly metrics: readonly Metric[];
  /** Where one round is long enough for all; otherwise three. */
  readonly rounds?: number;
  /** Contenders do not disturb one another: their turns of a round run at once. */
  readonly atOnce?: boolean;
  /** Makes ready, once; answers what gives a contender its turn, and what to do at the end. */
  start(bench: Bench): { turn(variant: Variant): Promise<Figures>; end?(): Promise<void> };
}

export const jobsPerSecond = (key: string, title: string): Metric => ({ key, title, unit: 'jobs/s', better: 'more' });
export const milliseconds = (key: string, title: string): Metric => ({ key, title, unit: 'ms', better: 'less' });
export const share = (key: string, title: string): Metric => ({ key, title, unit: '×', better: 'more' });

/** One row of each contender; where BullMQ and Graphile Worker have several, the faster. */
export const ONE_EACH = ['programma', 'pg-boss', 'graphile', 'bullmq-pg', 'bullmq-redis'] as const;
