/** The verbs that look: one job, pages of jobs, and how the whole thing is. */
import { within } from '../base/clock.js';
import { InvalidJobError } from '../base/errors.js';
import type { JobRecord } from '../job/record.js';
import { checkId } from '../job/spec.js';
import { type JobState, STATES } from '../job/states.js';
import { checkTopic } from '../job/topic.js';
import type { JobPage, Asking as Store } from '../store/asking.js';
import type { TopicState } from '../store/topics.js';

export interface ListOptions {
  topic?: string | undefined;
  state?: JobState | undefined;
  /** 1 to 1,000. Default 50. */
  limit?: number | undefined;
  /** The `next` of the page before. */
  after?: string | undefined;
}

export interface Health {
  database: 'up' | 'down';
  /** The last migration that the schema has; null when it cannot be asked. */
  schema: number | null;
  /** Whether notifications arrive; in `polling`, jobs of other processes are found each heartBeat. */
  listen: 'live' | 'polling';
  /** When this process last looked for work, by its own clock. */
  lastLook: Date | null;
  /** How long the oldest due job of any topic that is not paused has been waiting; null when none waits. */
  oldestDueSeconds: number | null;
}

export class Asking {
  constructor(private readonly store: Store) {}

  async one(id: string): Promise<JobRecord | null> {
    const [record] = await this.store.byId([checkId(id)]);
    return record ?? null;
  }

  async page({ topic, state, limit = 50, after }: ListOptions): Promise<JobPage> {
    if (topic !== undefined) checkTopic(topic);
    if (state !== undefined && !STATES.includes(state))
      throw new InvalidJobError(`listJobs: state is one of ${STATES.join(', ')}, not ${String(state)}`);
    if (!Number.isInteger(limit) || limit < 1 || limit > 1_000)
      throw new InvalidJobError(`listJobs: limit is a whole number from 1 to 1000, not ${String(limit)}`);
    return this.store.page(topic, state, limit, after);
  }
}

/** Who asks for the health of the process wants an answer, also when the database gives none. */
const HEALTH_MS = 3_000;

/** @param asking asks the database; it may fail, or never be answered */
export async function healthOf(
  own: Pick<Health, 'listen' | 'lastLook'>,
  asking: Promise<[{ applied: readonly { version: number }[] }, readonly TopicState[]]>,
): Promise<Health> {
  try {
    const asked = await within(HEALTH_MS, asking);
    if (!asked) throw new Error('no answer');
    const [{ applied }, topics] = asked;
    return { database: 'up', schema: applied.at(-1)?.version ?? 0, ...own, oldestDueSeconds: oldestDue(topics) };
  } catch {
    return { database: 'down', schema: null, ...own, oldestDueSeconds: null };
  }
}

/** How long the oldest due job of a topic that is not paused has been waiting. */
function oldestDue(topics: readonly TopicState[]): number | null {
  const oldest = Math.max(-1, ...topics.filter((t) => !t.paused).map((t) => t.oldestDueSeconds ?? -1));
  return oldest < 0 ? null : oldest;
}
