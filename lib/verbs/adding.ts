/** addJob and addJobs: gathered, written, and told to whoever may wait for them. */
import { Batcher } from '../base/batcher.js';
import { monotonicMs } from '../base/clock.js';
import { DatabaseUnavailableError, InvalidJobError } from '../base/errors.js';
import type { Executor } from '../base/executor.js';
import { checkPayload, nameOf, Topic } from '../job/define-topic.js';
import type { Keep } from '../job/kept.js';
import { type JobConfig, type JobSpec, type NewJob, specOf } from '../job/spec.js';
import type { Resolved } from '../options/resolved.js';
import type { Carrier } from '../options/telemetry.js';
import { type Hint, type Inserted, MAX_STATEMENT_BYTES, type Adding as Store } from '../store/adding.js';
import { hasFailed, isAway, verdictOf } from '../store/faults.js';
import type { UniqueAdding as UniqueStore } from '../store/unique-adding.js';
import { UniqueAdding } from './unique-adding.js';

/** What became of one of addJobs. */
export interface Added {
  /** Of the job that is there. */
  id: string;
  /**
   * `duplicate`: its id, or a job with its unique key, was there already and stays as it is. `replaced`, `rescheduled`:
   * the job with its unique key was changed.
   */
  status: 'created' | 'duplicate' | 'replaced' | 'rescheduled';
}

export interface AddingParts {
  /** Jobs of a topic wait in the queue. */
  added(hint: Hint): void;
  /** Asks the worker of this process for places. */
  readonly keep: Keep;
}

/** A caller's jobs, which are written all or none. */
type Group = readonly JobSpec[];

const MAX_CALLERS = 1_000;
/** A large statement takes the server longer than its commit does: two halves side by side are through sooner. */
const LANES = 2;
const LEAST_SHARE = 40;
/** It has one of the connections that claims, renewals and outcomes share. */
const LONGEST_CLAIM_MS = 10_000;
/** More would only fill the memory of a process whose database is away. */
const MAX_WAITING = 100_000;

/**
 * Concurrent callers share statements. An add whose answer was lost is sent again with the same ids, which the
 * database takes once. What no caller awaits any more, because its time is over, is not sent again.
 */
export class Adding {
  private readonly batcher: Batcher<Group, ReadonlySet<string>>;
  private readonly failed = new WeakSet<Group>();
  private readonly unanswered = new WeakSet<Group>();

  private readonly unique: UniqueAdding;

  constructor(
    private readonly store: Store,
    unique: UniqueStore,
    private readonly options: Pick<Resolved, 'jobs' | 'addTimeoutMs' | 'telemetry'>,
    private readonly parts: AddingParts,
  ) {
    const batching = {
      judge: verdictOf,
      late: ([first]: Group, cause: unknown) =>
        new DatabaseUnavailableError(
          `The job ${first?.id} for "${first?.topic}" could not be written within ${options.addTimeoutMs / 1_000} s (addTimeoutSeconds). ` +
            'Whether it was is not known; adding it again with the same id is safe.',
          { cause },
        ),
      full: (waiting: number) =>
        new DatabaseUnavailableError(
          `${waiting} adds wait for the database already; this one was not taken. Await addJob, or use addJobs.`,
        ),
      maxItems: MAX_CALLERS,
      maxBytes: MAX_STATEMENT_BYTES,
      maxWaiting: MAX_WAITING,
    };
    this.batcher = new Batcher({
      ...batching,
      write: (groups) => this.write(groups),
      lanes: LANES,
      leastShare: LEAST_SHARE,
    });
    this.unique = new UniqueAdding(unique, options.addTimeoutMs, parts.added, batching);
  }

  async one(topic: string | Topic, config: JobConfig, tx?: Executor): Promise<string> {
    const { telemetry } = this.options;
    if (!telemetry) return (await this.addOne(topic, config, tx)).id;
    return telemetry.adding([nameOf(topic)], async (carrier) => {
      const { id, status } = await this.addOne(topic, carrying(config, carrier), tx);
      if (status === 'created') telemetry.added(nameOf(topic), 1);
      return id;
    });
  }

  async many(jobs: readonly NewJob[], tx?: Executor): Promise<Added[]> {
    const { telemetry } = this.options;
    if (!telemetry || !Array.isArray(jobs)) return this.addMany(jobs, tx);
    const topics = [...new Set(jobs.map((job) => nameOf(job?.topic)))];
    return telemetry.adding(topics, async (carrier) => {
      const added = await this.addMany(
        jobs.map((job) => carrying(job, carrier)),
        tx,
      );
      for (const topic of topics) {
        const created = added.filter(({ status }, i) => status === 'created' && nameOf(jobs[i]?.topic) === topic);
        if (created.length > 0) telemetry.added(topic, created.length);
      }
      return added;
    });
  }

  /** Resolves when every add is answered. */
  async drained(): Promise<void> {
    await Promise.all([this.batcher.drained(), this.unique.drained()]);
  }

  giveUp(): void {
    this.batcher.giveUp();
    this.unique.giveUp();
  }

  private async addOne(topic: string | Topic, config: JobConfig, tx?: Executor): Promise<Added> {
    const spec = this.specOf(topic, config);
    if (hasSchema(topic)) await checkPayload(topic, payloadOf(spec));
    if (spec.unique) return this.addUnique([spec], tx).then(([added]) => added ?? { id: spec.id, status: 'created' });
    const { there } = tx ? await this.store.insertWithin(tx, [spec]) : { there: await this.group([spec]) };
    return { id: spec.id, status: there.has(spec.id) ? 'duplicate' : 'created' };
  }

  private async addMany(jobs: readonly NewJob[], tx?: Executor): Promise<Added[]> {
    if (!Array.isArray(jobs)) throw new InvalidJobError('addJobs: give an array of { topic, data, … }');
    const specs = jobs.map((job) => this.specOf(job?.topic, job));
    const twice = duplicateOf(specs);
    if (twice) throw new InvalidJobError(`addJobs: the id ${twice} is given to two of the jobs`);
    if (specs.length === 0) return [];
    for (const [i, spec] of specs.entries()) {
      const topic = jobs[i]?.topic;
      if (hasSchema(topic)) await checkPayload(topic, payloadOf(spec));
    }
    if (specs.some(({ unique }) => unique)) return this.addUnique(specs, tx);
    const { there } = tx ? await this.store.insertWithin(tx, specs) : { there: await this.group(specs) };
    return specs.map(({ id }) => ({ id, status: there.has(id) ? 'duplicate' : 'created' }));
  }

  private async addUnique(specs: Group, tx?: Executor): Promise<Added[]> {
    const added = await this.unique.add(specs, tx);
    return added.map(({ there, became }) => ({ id: there, status: became as Added['status'] }));
  }

  private specOf(topic: string | Topic, config: JobConfig): JobSpec {
    return specOf(nameOf(topic), config, this.options.jobs);
  }

  private group(specs: Group): Promise<ReadonlySet<string>> {
    const bytes = specs.reduce((sum, spec) => sum + spec.bytes, 0);
    return this.batcher.add(specs, bytes, monotonicMs() + this.options.addTimeoutMs);
  }

  private async write(groups: readonly Group[]): Promise<ReadonlySet<string>[]> {
    const { specs, later } = apart(groups);
    const repeated = new Set(groups.filter((group) => this.unanswered.has(group)));
    const { there, hints } = await this.insert(specs, groups).catch((error) => {
      for (const group of groups) this.failed.add(group);
      if (isAway(error)) for (const group of groups) this.unanswered.add(group);
      throw error;
    });
    for (const hint of hints) this.parts.added(hint);
    return groups.map((group) => {
      // What meets itself, written by a statement whose answer was lost, was created all the same.
      if (repeated.has(group)) return NONE;
      const second = later.get(group);
      return second ? new Set([...there, ...second]) : there;
    });
  }

  /** What failed once goes into the queue: it may be there already, and nothing that waits for it keeps a place. */
  private async insert(specs: Group, groups: readonly Group[]): Promise<Inserted> {
    const { addTimeoutMs } = this.options;
    const wanted = groups.some((group) => this.failed.has(group)) ? undefined : startable(specs);
    const kept = wanted && this.parts.keep(wanted);
    if (!kept) return this.store.insert(specs, addTimeoutMs);
    try {
      const inserted = await this.store.insertClaimed(specs, kept.promisee, Math.min(addTimeoutMs, LONGEST_CLAIM_MS));
      kept.start(inserted.jobs);
      return inserted;
    } catch (error) {
      kept.drop(!hasFailed(error));
      throw error;
    }
  }
}

/** How many jobs of each topic, if all of them may be promised by the statement that adds them. */
function startable(specs: Group): ReadonlyMap<string, number> | undefined {
  const leaseSeconds = specs[0]?.leaseSeconds;
  const wanted = new Map<string, number>();
  let bytes = 0;
  for (const spec of specs) {
    bytes += spec.bytes;
    if (!spec.atOnce || spec.leaseSeconds !== leaseSeconds || bytes > MAX_STATEMENT_BYTES) return undefined;
    wanted.set(spec.topic, (wanted.get(spec.topic) ?? 0) + 1);
  }
  return wanted;
}

/** What the caller says itself wins; what is no object is left to be refused. */
function carrying<T extends JobConfig>(config: T, carrier: Carrier): T {
  const attributes: unknown = config?.attributes ?? {};
  const plain = typeof attributes === 'object' && !Array.isArray(attributes);
  if (config === null || typeof config !== 'object' || !plain || Object.keys(carrier).length === 0) return config;
  return { ...config, attributes: { ...carrier, ...attributes } };
}

const hasSchema = (topic: unknown): topic is Topic => topic instanceof Topic && topic.schema !== undefined;

/** As its handler will see it: what is no JSON (a Date, say) has become what JSON makes of it. */
const payloadOf = ({ data }: JobSpec): unknown => (data === undefined ? null : JSON.parse(data));

const NONE: ReadonlySet<string> = new Set();

/** One statement may name an id once: of callers who name the same, the first one's job is written. */
function apart(groups: readonly Group[]): { specs: Group; later: ReadonlyMap<Group, string[]> } {
  const [only] = groups;
  if (groups.length === 1 && only) return { specs: only, later: new Map() };
  const byId = new Map<string, JobSpec>();
  const later = new Map<Group, string[]>();
  for (const group of groups)
    for (const spec of group)
      if (byId.has(spec.id)) later.set(group, [...(later.get(group) ?? []), spec.id]);
      else byId.set(spec.id, spec);
  return { specs: [...byId.values()], later };
}

function duplicateOf(specs: Group): string | undefined {
  const seen = new Set<string>();
  for (const { id } of specs) {
    if (seen.has(id)) return id;
    seen.add(id);
  }
  return undefined;
}
