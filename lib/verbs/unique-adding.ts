/** Adds of which some have a unique key: gathered like the others, in statements of their own. */
import { Batcher, type BatcherOptions } from '../base/batcher.js';
import { monotonicMs } from '../base/clock.js';
import { DuplicateJobError } from '../base/errors.js';
import type { Executor } from '../base/executor.js';
import type { JobSpec } from '../job/spec.js';
import type { Hint } from '../store/adding.js';
import { isAway } from '../store/faults.js';
import { documentOf, type Placed, type Run, type UniqueAdding as Store } from '../store/unique-adding.js';

type Group = readonly JobSpec[];

/** Somebody else's open transaction may hold a key; the other lanes go on meanwhile. */
const LANES = 3;
// Who is unsure was slower than another, whose job the next snapshot shows: more than a few times means a fault.
const MOST_REPETITIONS = 100;

/**
 * A statement can take each key once. So of the callers who want one key in the same moment the first goes ahead, and
 * his answer serves all who would only have got the id of the job that is there.
 */
export class UniqueAdding {
  private readonly batcher: Batcher<Group, readonly Placed[]>;
  private readonly unanswered = new WeakSet<Group>();

  constructor(
    private readonly store: Store,
    private readonly timeoutMs: number,
    private readonly added: (hint: Hint) => void,
    batching: Omit<BatcherOptions<Group, readonly Placed[]>, 'write' | 'lanes'>,
  ) {
    this.batcher = new Batcher({ ...batching, write: (groups) => this.write(groups), lanes: LANES });
  }

  /** @throws DuplicateJobError */
  async add(specs: Group, tx?: Executor): Promise<readonly Placed[]> {
    refuseTwins(specs);
    // Its workers hear of it at the commit.
    if (tx) return this.inWaves(this.store.runWithin(tx), specs, () => undefined);
    const bytes = specs.reduce((sum, spec) => sum + spec.bytes, 0);
    const placed = await this.batcher.add(specs, bytes, monotonicMs() + this.timeoutMs);
    refuse(specs, placed);
    return placed;
  }

  drained(): Promise<void> {
    return this.batcher.drained();
  }

  giveUp(): void {
    this.batcher.giveUp();
  }

  private async write(groups: readonly Group[]): Promise<readonly (readonly Placed[])[]> {
    const answers = new Map<Group, readonly Placed[]>();
    const holders = new Map<string, string>();
    let open = groups;
    for (let i = 0; i <= MOST_REPETITIONS + groups.length; i++) {
      open = open.filter((group) => {
        const known = shortAnswer(group, holders);
        if (known) answers.set(group, [known]);
        return !known;
      });
      if (open.length === 0) return groups.map((group) => answers.get(group) ?? []);
      const { batch, rest } = apart(open);
      const unsure: Group[] = [];
      for (const [group, placed] of await this.place(batch))
        if (placed.some(({ became }) => became === 'unsure')) unsure.push(group);
        else {
          answers.set(group, this.honest(group, placed));
          for (const [j, { there, became }] of placed.entries()) {
            const key = group[j]?.unique?.key;
            if (key !== undefined && became !== 'rejected') holders.set(key, there);
          }
        }
      open = [...unsure, ...rest];
    }
    throw new Error('The unique keys of these jobs stay unsure: rows of unique_keys were changed from outside.');
  }

  private async place(batch: readonly Group[]): Promise<Map<Group, readonly Placed[]>> {
    try {
      const [only] = batch;
      if (only && batch.length === 1 && waves(only).length > 1) {
        const heard: Hint[] = [];
        const placed = await this.store.together((run) => this.inWaves(run, only, (hint) => heard.push(hint)));
        for (const hint of heard) this.added(hint);
        return new Map([[only, placed]]);
      }
      const { jobs, hints } = await this.store.run(this.timeoutMs)(documentOf(batch), keysOf(batch));
      for (const hint of hints) this.added(hint);
      return new Map(batch.map((group) => [group, group.map(({ id }) => placedOf(jobs, id))]));
    } catch (error) {
      if (isAway(error)) for (const group of batch) this.unanswered.add(group);
      throw error;
    }
  }

  /** In one transaction, whoever's: what has the key of an earlier one of the group comes after it. */
  private async inWaves(run: Run, specs: Group, hear: (hint: Hint) => void): Promise<readonly Placed[]> {
    const placed = new Map<string, Placed>();
    for (const wave of waves(specs)) {
      for (let i = 0; ; i++) {
        const { jobs, hints } = await run(documentOf([wave]), keysOf([wave]));
        refuse(
          wave,
          wave.map(({ id }) => placedOf(jobs, id)),
        );
        for (const hint of hints) hear(hint);
        for (const [id, one] of jobs) placed.set(id, one);
        if (![...jobs.values()].some(({ became }) => became === 'unsure')) break;
        if (i === MOST_REPETITIONS) throw new Error('The unique keys of these jobs stay unsure.');
      }
    }
    return specs.map(({ id }) => placedOf(placed, id));
  }

  /** What meets itself, written by a statement whose answer was lost, was created all the same. */
  private honest(group: Group, placed: readonly Placed[]): readonly Placed[] {
    if (!this.unanswered.has(group)) return placed;
    return placed.map((one) =>
      one.became === 'duplicate' && one.there === one.id ? { ...one, became: 'created' as const } : one,
    );
  }
}

const keysOf = (groups: readonly Group[]): number => groups.flat().filter(({ unique }) => unique).length;

function placedOf(jobs: ReadonlyMap<string, Placed>, id: string): Placed {
  return jobs.get(id) ?? { id, became: 'unsure', there: id };
}

function refuse(specs: Group, placed: readonly Placed[]): void {
  for (const [i, { became, there }] of placed.entries())
    if (became === 'rejected') throw new DuplicateJobError(specs[i]?.topic ?? '', there);
}

/** In one call, the second job with a key always meets the first. */
function refuseTwins(specs: Group): void {
  const first = new Map<string, string>();
  for (const { id, topic, unique } of specs) {
    if (!unique) continue;
    const there = first.get(unique.key);
    if (there !== undefined && unique.onConflict === 'reject') throw new DuplicateJobError(topic, there);
    first.set(unique.key, there ?? id);
  }
}

function shortAnswer(group: Group, holders: ReadonlyMap<string, string>): Placed | undefined {
  const [spec, more] = group;
  const there = spec?.unique && holders.get(spec.unique.key);
  if (!spec?.unique || more || there === undefined || there === spec.id) return undefined;
  const { onConflict } = spec.unique;
  if (onConflict === 'ignore') return { id: spec.id, became: 'duplicate', there };
  return onConflict === 'reject' ? { id: spec.id, became: 'rejected', there } : undefined;
}

/** What may share a statement: no id and no key twice. A group that has one twice goes alone. */
function apart(groups: readonly Group[]): { batch: readonly Group[]; rest: readonly Group[] } {
  const [first, ...others] = groups;
  if (first && waves(first).length > 1) return { batch: [first], rest: others };
  const seen = new Set<string>();
  const batch: Group[] = [];
  const rest: Group[] = [];
  for (const group of groups) {
    const names = group.flatMap(({ id, unique }) => (unique ? [id, unique.key] : [id]));
    const fits = new Set(names).size === names.length && names.every((name) => !seen.has(name));
    // Also what waits for its turn is before those that come later.
    for (const name of names) seen.add(name);
    (fits ? batch : rest).push(group);
  }
  return { batch, rest };
}

/** Each key once in a wave, in the order of the group. */
function waves(group: Group): Group[] {
  const all: JobSpec[][] = [];
  const times = new Map<string, number>();
  for (const spec of group) {
    const nth = spec.unique ? (times.get(spec.unique.key) ?? 0) : 0;
    if (spec.unique) times.set(spec.unique.key, nth + 1);
    all[nth] = [...(all[nth] ?? []), spec];
  }
  return all;
}
