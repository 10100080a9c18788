/** One of many who do whatever can be done with jobs, in random order, each on connections of its own. */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { ClaimedJob } from '../../../lib/job/record.js';
import { specOf } from '../../../lib/job/spec.js';
import { STATES } from '../../../lib/job/states.js';
import type { Settlement } from '../../../lib/store/claims.js';
import { documentOf } from '../../../lib/store/unique-adding.js';
import { Cursor } from '../../../lib/worker/cursor.js';
import { aWant, type Store } from '../a-store.js';
import type { Chance } from './chance.js';
import type { World } from './world.js';

const ERROR = JSON.stringify({ name: 'Error', message: 'no' });
const OUTCOMES = ['completed', 'failed', 'retried', 'snoozed', 'released', 'deferred', 'unmoved'] as const;
const TOPICS = ['red', 'green'];
const KEYS = ['a', 'b', 'c', 'd'];

export class Actor {
  private hand: ClaimedJob[] = [];
  private readonly cursors = new Map(TOPICS.map((topic) => [topic, new Cursor()]));
  private readonly worker: string;

  constructor(
    private readonly world: World,
    private readonly store: Store,
    /** For transactions of a handler's own. */
    private readonly client: pg.Client,
    private readonly chance: Chance,
    name: number,
  ) {
    this.worker = `worker ${name}`;
  }

  /** How often each verb is chosen, among all of them. */
  private readonly verbs: readonly (readonly [number, string, () => Promise<unknown>])[] = [
    [8, 'add', () => this.add()],
    [8, 'add unique', () => this.addUnique()],
    [1, 'sweep keys', () => this.store.unique.sweep(null, 100)],
    [12, 'claim', () => this.claim()],
    [12, 'settle', () => this.settle()],
    [3, 'renew', () => this.renew()],
    [3, 'expire', () => this.world.expire(this.chance.of(['random()', 'expires_at']))],
    [4, 'break', () => this.store.claims.breakExpired(1 + this.chance.below(20))],
    [6, 'finish', () => this.finish()],
    [2, 'delete', () => this.store.moving.delete(this.ids(), this.chance.some(STATES, STATES.length))],
    [5, 'hand over', () => this.handOver()],
    [5, 'retry', () => this.store.moving.retry(this.ids())],
    [4, 'reschedule', () => this.reschedule()],
    [3, 'run now', () => this.store.moving.reschedule({ id: this.id(), delaySeconds: 0 })],
    [3, 'set retry-after', () => this.store.moving.setRetryAfter(this.id(), 1 + this.chance.below(100))],
    [3, 'set attributes', () => this.attributes()],
    [4, 'report progress', () => this.progress()],
    [3, 'complete within', () => this.completeWithin()],
    // Hardly finished: a job that is retried at that moment is what it must not remove.
    [2, 'remove finished', () => this.store.upkeep.removeFinished([0.02, 0.02, 0.02], 1 + this.chance.below(10), 1e9)],
    [2, 'release', () => this.store.claims.releaseUnknown([this.worker], this.claims())],
    [1, 'list', () => this.store.asking.page(this.chance.of(TOPICS), this.chance.of(STATES), 10, undefined)],
  ];

  async act(): Promise<void> {
    let at = this.chance.next() * this.verbs.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, name, verb] of this.verbs) {
      at -= weight;
      if (at >= 0) continue;
      await this.world.count(name, verb);
      return;
    }
  }

  private id(): string {
    return this.chance.of(this.world.ids);
  }

  private ids(): string[] {
    return this.chance.some(this.world.ids, 5);
  }

  private claims(): string[] {
    return [...new Set(this.hand.map((job) => job.claimId))];
  }

  private taken(n: number): ClaimedJob[] {
    return this.hand.length === 0 ? [] : this.chance.some(this.hand, n);
  }

  private async add(): Promise<void> {
    const specs = this.ids().map((id) =>
      specOf(
        this.chance.of(TOPICS),
        {
          id,
          priority: this.chance.below(3),
          ...(this.chance.is(0.5) && { maxAttempts: 1 + this.chance.below(3) }),
          ...(this.chance.is(0.3) && { runAfterSeconds: this.chance.next() / 10 }),
        },
        { retryAfterSeconds: this.chance.of([1, 5, 30]), priority: 5 },
      ),
    );
    const { there } = await this.store.adding.insert(specs);
    for (const { id } of specs) if (!there.has(id)) this.world.added(id);
  }

  private async addUnique(): Promise<void> {
    const keys = this.chance.some(KEYS, 3);
    const ids = this.ids().slice(0, keys.length);
    // One that is there already meets itself, and no key.
    if (this.chance.is(0.7)) await this.store.moving.delete(ids, STATES);
    const specs = ids.map((id, i) =>
      specOf(
        'red',
        {
          id,
          priority: this.chance.below(3),
          // So that the next one with the key still finds it waiting.
          runAfterSeconds: this.chance.next(),
          unique: {
            key: keys[i],
            while: this.chance.of(['queued', 'unfinished', { seconds: 0.5 }]),
            onConflict: this.chance.of(['ignore', 'replace', 'reschedule', 'reject']),
          },
        },
        { retryAfterSeconds: this.chance.of([1, 5, 30]), priority: 5 },
      ),
    );
    const within = this.chance.is(0.3);
    const document = documentOf([specs]);
    if (within) await this.client.query('begin');
    const { jobs } = await (within ? this.store.unique.runWithin(this.client) : this.store.unique.run())(
      document,
      specs.length,
    );
    if (within) await sleep(this.chance.below(20));
    const commits = !within || this.chance.is(0.7);
    if (within) await this.client.query(commits ? 'commit' : 'rollback');
    const placed = [...jobs.values()];
    // All or none, and who is unsure would ask again.
    if (!commits || placed.some(({ became }) => became === 'rejected' || became === 'unsure')) return;
    for (const { id, became } of placed) {
      await this.world.count(`a key: ${became}`, async () => undefined);
      if (became === 'created') this.world.added(id);
    }
  }

  private async claim(): Promise<void> {
    const unbounded = this.chance.is(0.5);
    const wants = this.chance.some(TOPICS, 2).map((topic) => {
      const { micros, ids } = (this.cursors.get(topic) as Cursor).position(unbounded);
      const places = 1 + this.chance.below(8);
      return aWant({ topic, places, cursorMicros: micros, cursorIds: ids, maxAttempts: this.chance.of([null, 5]) });
    });
    const { jobs } = await this.store.claims.claim(this.worker, wants, this.chance.is(0.5));
    for (const [topic, cursor] of this.cursors)
      cursor.moved(
        jobs.filter((job) => job.topic === topic),
        { unbounded, atMs: 0, tookMs: 0 },
      );
    for (const job of jobs) this.world.handedOut(job);
    // Now and then the answer is lost on its way.
    if (this.chance.is(0.8)) this.hand.push(...jobs);
  }

  private async settle(): Promise<void> {
    const jobs = this.taken(6);
    const settlements = jobs.map((job): Settlement => {
      const outcome = this.chance.of(OUTCOMES);
      return {
        id: job.id,
        claimId: job.claimId,
        outcome,
        delaySeconds: this.chance.next() / 10,
        ...(outcome === 'completed' && { result: '{"well":"done"}' }),
        ...(outcome !== 'completed' && outcome !== 'snoozed' && { error: ERROR }),
      };
    });
    const settled = await this.store.claims.settle(settlements, this.chance.is(0.5));
    for (const [i, job] of jobs.entries()) if (settled[i]?.answer === 'accepted') this.world.settled(job);
    // Sometimes an outcome is said once more, as after an answer that was lost.
    if (this.chance.is(0.8)) this.hand = this.hand.filter((job) => !jobs.includes(job));
  }

  private async renew(): Promise<void> {
    const gone = await this.store.claims.renew(this.claims(), this.hand, 10_000);
    const ids = new Set(gone.map(({ id }) => id));
    this.hand = this.hand.filter((job) => !ids.has(job.id));
  }

  private finish(): Promise<unknown> {
    return this.store.moving.finish(
      this.ids().map((id) => {
        const to = this.chance.of(['completed', 'failed', 'cancelled'] as const);
        return { id, to, ...(to === 'failed' && { error: ERROR }) };
      }),
    );
  }

  private async handOver(): Promise<void> {
    const jobs = this.chance.is(0.5) ? this.taken(3) : this.ids().map((id) => ({ id, claimId: undefined }));
    const moved = await this.store.moving.toProcessing(
      jobs.map(({ id, claimId }) => ({
        id,
        worker: 'by hand',
        timeoutSeconds: this.chance.of([undefined, 1, 60]),
        ...(claimId && { fence: claimId }),
      })),
    );
    // A handler's own word about its job: like an outcome, it is taken once.
    for (const [i, job] of jobs.entries()) if (job.claimId && moved[i]) this.world.settled(job);
  }

  private reschedule(): Promise<unknown> {
    return this.store.moving.reschedule({
      id: this.id(),
      ...(this.chance.is(0.7) && { delaySeconds: this.chance.next() / 5 }),
      priority: this.chance.below(3),
    });
  }

  private attributes(): Promise<unknown> {
    const [job] = this.taken(1);
    const replace = this.chance.is(0.5);
    if (job && this.chance.is(0.5)) return this.store.moving.setAttributes(job.id, '{"a":1}', replace, job.claimId);
    return this.store.moving.setAttributes(this.id(), '{"b":2}', replace);
  }

  private progress(): Promise<unknown> {
    const jobs = this.taken(5);
    return this.store.claims.reportProgress(jobs.map(({ id, claimId }) => ({ id, claimId, progress: '0.5' })));
  }

  private async completeWithin(): Promise<void> {
    const [job] = this.taken(1);
    if (!job) return;
    await this.client.query('begin');
    const done = await this.store.claims.completeWithin(this.client, job.id, job.claimId, '1');
    await sleep(this.chance.below(20));
    const commits = done && this.chance.is(0.7);
    await this.client.query(commits ? 'commit' : 'rollback');
    if (commits) this.world.settled(job);
  }
}
