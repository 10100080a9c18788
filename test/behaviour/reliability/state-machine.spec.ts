/** Properties: any verbs in any order leave what a model says, and no pause of a backoff is out of bounds. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type BackoffSteps, backoffSeconds } from '../../../lib/job/backoff.js';
import { aStore } from '../../store/a-store.js';
import { aDatabase } from '../../support/database.js';
import { commands, type Model } from './model.js';

it('does to jobs what the model does, whatever the verbs, and breaks no invariant', async () => {
  const database = await aDatabase();
  const store = aStore(database.url);
  let topics = 0;
  await fc.assert(
    fc.asyncProperty(commands, async (acts) => {
      const topic = `topic ${++topics}`;
      const model: Model = { paused: false, jobs: new Map() };
      await fc.asyncModelRun(() => ({ model, real: { store, database, topic } }), acts);
      await database.query('truncate programma.jobs, programma.queue, programma.claims, programma.topics');
    }),
    { numRuns: 60, endOnFailure: true },
  );
}, 120_000);

/** Below a nanosecond, halves of the smallest numbers there are round up to more than the whole. */
const seconds = fc.double({ min: 0, max: 1e9, noNaN: true }).map((n) => (n < 1e-9 ? 0 : n));
const steps: fc.Arbitrary<BackoffSteps> = fc.record(
  {
    type: fc.constantFrom('exponential', 'linear', 'fixed'),
    seconds,
    maxSeconds: seconds,
    jitter: fc.boolean(),
  },
  { requiredKeys: [] },
);
const attempt = fc.integer({ min: 1, max: 1_000_000 });
const luck = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

it('never pauses for less than nothing, nor for more than the longest pause', () => {
  fc.assert(
    fc.property(steps, attempt, luck, (backoff, n, random) => {
      const seconds = backoffSeconds(backoff, n, undefined, () => random);
      expect(Number.isFinite(seconds)).toBe(true);
      expect(seconds).toBeGreaterThanOrEqual(0);
      expect(seconds).toBeLessThanOrEqual(backoff.maxSeconds ?? 3_600);
    }),
  );
});

it('never pauses for less after a later attempt, and spreads over the upper half at most', () => {
  fc.assert(
    fc.property(steps, attempt, luck, (backoff, n, random) => {
      const pause = (m: number, r: number) => backoffSeconds({ ...backoff, jitter: true }, m, undefined, () => r);
      expect(pause(n + 1, random)).toBeGreaterThanOrEqual(pause(n, random));
      expect(pause(n, 0) * 2).toBeCloseTo(backoffSeconds({ ...backoff, jitter: false }, n, undefined), 3);
    }),
  );
});

it('makes a pause that the database can add to now of whatever a function says', () => {
  fc.assert(
    fc.property(fc.anything(), attempt, luck, (said, n, random) => {
      const seconds = backoffSeconds((() => said) as never, n, undefined, () => random);
      expect(seconds >= 0 && seconds <= 1e9).toBe(true);
    }),
  );
});
