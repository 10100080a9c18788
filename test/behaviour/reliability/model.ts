/** What a handful of jobs should be after any verbs: a model in memory, and the same verbs on the store. */
import { expect } from '@jest/globals';
import fc from 'fast-check';
import { FINISHED, type JobState, STATES } from '../../../lib/job/states.js';
import type { Settlement } from '../../../lib/store/claims.js';
import type { Store } from '../../store/a-store.js';
import { broken } from '../../store/invariants.js';
import type { Database } from '../../support/database.js';

interface Known {
  state: JobState;
  attempts: number;
  due: boolean;
  /** The claim that holds it. */
  claim: string | undefined;
  /** Claims that held it once. */
  lost: string[];
}

export interface Model {
  paused: boolean;
  readonly jobs: Map<string, Known>;
}

export interface Real {
  readonly store: Store;
  readonly database: Database;
  readonly topic: string;
}

type Act = (
  model: Model,
  real: Real,
  pick: (fits: (job: Known) => boolean) => [string, Known] | undefined,
) => Promise<void>;

const MAX_ATTEMPTS = 3;
const isDone = ({ state }: Known): boolean => (FINISHED as readonly string[]).includes(state);
const any = (): boolean => true;

function release(job: Known, state: JobState): void {
  if (job.claim) job.lost.push(job.claim);
  Object.assign(job, { state, claim: undefined });
}

const OUTCOMES: Record<Settlement['outcome'], (job: Known) => void> = {
  completed: (job) => release(job, 'completed'),
  failed: (job) => release(job, 'failed'),
  retried: (job) => release(Object.assign(job, { due: true }), 'created'),
  snoozed: (job) => release(Object.assign(job, { due: true, attempts: job.attempts - 1 }), 'created'),
  released: (job) => release(Object.assign(job, { attempts: job.attempts - 1 }), 'created'),
  deferred: (job) => release(Object.assign(job, { attempts: job.attempts - 1 }), 'created'),
  // Due when its claim would have ended, which is not now.
  unmoved: (job) => release(Object.assign(job, { due: false }), 'created'),
};

const settle =
  (outcome: Settlement['outcome']): Act =>
  async (_, { store }, pick) => {
    const [id, job] = pick(({ state }) => state === 'active') ?? [];
    if (!id || !job?.claim) return;
    const [settled] = await store.claims.settle([{ id, claimId: job.claim, outcome, delaySeconds: 0 }], false);
    expect(settled?.answer).toBe('accepted');
    OUTCOMES[outcome](job);
  };

const finish =
  (to: 'completed' | 'failed' | 'cancelled'): Act =>
  async (_, { store }, pick) => {
    const [id, job] = pick(any) ?? [];
    if (!id || !job) return;
    expect(await store.moving.finish([{ id, to }])).toEqual([isDone(job) ? undefined : job.state]);
    if (!isDone(job)) release(job, to);
  };

const ACTS: Record<string, Act> = {
  async add({ jobs }, { store, topic }) {
    const due = jobs.size % 3 !== 2;
    const id = await store.add({ runAfterSeconds: due ? 0 : 3_600, maxAttempts: MAX_ATTEMPTS }, topic);
    jobs.set(id, { state: 'created', attempts: 0, due, claim: undefined, lost: [] });
  },
  async claim({ jobs, paused }, { store, topic }) {
    const claimed = await store.claim(2, { topic });
    const due = [...jobs.values()].filter(({ state, due }) => state === 'created' && due);
    expect(claimed.length).toBe(paused ? 0 : Math.min(2, due.length));
    for (const { id, claimId, attempt } of claimed) {
      const job = jobs.get(id);
      if (job?.state !== 'created' || !job.due) throw new Error(`${id} was claimed and is ${JSON.stringify(job)}`);
      Object.assign(job, { state: 'active', claim: claimId, attempts: job.attempts + 1 });
      expect(attempt).toBe(job.attempts);
    }
  },
  completed: settle('completed'),
  failed: settle('failed'),
  retried: settle('retried'),
  snoozed: settle('snoozed'),
  released: settle('released'),
  deferred: settle('deferred'),
  unmoved: settle('unmoved'),
  async 'a word too late'(_, { store }, pick) {
    const [id, job] = pick(({ lost }) => lost.length > 0) ?? [];
    const claimId = job?.lost[0];
    if (!id || !claimId) return;
    const [settled] = await store.claims.settle([{ id, claimId, outcome: 'completed' }], false);
    expect(settled?.answer).not.toBe('accepted');
    expect([...(await store.claims.reportProgress([{ id, claimId, progress: '1' }]))]).toEqual([]);
    expect(await store.moving.setAttributes(id, '{"late":true}', false, claimId)).toBe(false);
  },
  'done by id': finish('completed'),
  'failed by id': finish('failed'),
  cancelled: finish('cancelled'),
  async deleted({ jobs }, { store }, pick) {
    const [id, job] = pick(any) ?? [];
    if (!id || !job) return;
    expect(await store.moving.delete([id], STATES)).toEqual([job.state]);
    jobs.delete(id);
  },
  async 'handed over'(_, { store }, pick) {
    const [id, job] = pick(any) ?? [];
    if (!id || !job) return;
    const [from] = await store.moving.toProcessing([{ id, worker: 'somebody', timeoutSeconds: 60 }]);
    expect(from).toBe(isDone(job) ? undefined : job.state);
    if (isDone(job)) return;
    if (job.state === 'created') job.attempts++;
    release(job, 'processing');
  },
  async retry(_, { store }, pick) {
    const [id, job] = pick(any) ?? [];
    if (!id || !job) return;
    const again = job.state === 'failed' || job.state === 'cancelled';
    expect((await store.moving.retry([id])).count).toBe(again ? 1 : 0);
    if (again) Object.assign(job, { state: 'created', attempts: 0, due: true });
  },
  async 'put off'(_, { store }, pick) {
    const [id, job] = pick(any) ?? [];
    if (!id || !job) return;
    expect((await store.moving.reschedule({ id, delaySeconds: 3_600 })) !== undefined).toBe(job.state === 'created');
    if (job.state === 'created') job.due = false;
  },
  async 'run now'(_, { store }, pick) {
    const [id, job] = pick(any) ?? [];
    if (!id || !job) return;
    expect((await store.moving.reschedule({ id, delaySeconds: 0 })) !== undefined).toBe(job.state === 'created');
    if (job.state === 'created') job.due = true;
  },
  async 'leases end'({ jobs }, { store, database }) {
    const held = [...jobs].filter(([, { state }]) => state === 'active' || state === 'processing');
    const ids = held.map(([id]) => id);
    await database.query(`update programma.claims set expires_at = now() - interval '1 s' where job_ids && $1`, [ids]);
    const { jobs: takenBack } = await store.claims.breakExpired(1_000);
    expect(takenBack.map(({ id }) => id).sort()).toEqual(ids.sort());
    for (const [, job] of held) {
      release(job, job.attempts >= MAX_ATTEMPTS ? 'failed' : 'created');
      job.due = true;
    }
  },
  async pause(model, { store, topic }) {
    expect(await store.topics.pause(topic, true)).toBe(!model.paused);
    model.paused = true;
  },
  async resume(model, { store, topic }) {
    // A topic that was never spoken of does not rest.
    await store.topics.pause(topic, false);
    model.paused = false;
  },
};

async function compare({ jobs }: Model, { database, topic }: Real): Promise<void> {
  const rows = await database.query<{ id: string; state: string; attempts: number }>(
    'select id, state, attempts from programma.jobs where topic = $1 order by id',
    [topic],
  );
  const expected = [...jobs].map(([id, { state, attempts }]) => ({ id, state, attempts }));
  expect(rows).toEqual(expected.sort((a, b) => (a.id < b.id ? -1 : 1)));
  expect(await broken(database)).toEqual([]);
}

/** Random verbs, each of which says its name when a run of them fails. */
export const commands = fc.commands(
  Object.entries(ACTS).map(([name, act]) =>
    fc.nat(99).map((n) => ({
      check: () => true,
      toString: () => `${name}(${n})`,
      async run(model: Model, real: Real) {
        const pick = (fits: (job: Known) => boolean): [string, Known] | undefined => {
          const fitting = [...model.jobs].filter(([, job]) => fits(job));
          return fitting[n % Math.max(1, fitting.length)];
        };
        await act(model, real, pick);
        await compare(model, real);
      },
    })),
  ),
  { maxCommands: 60, size: 'max' },
);
