/** Adds jobs, some in transactions that roll back, and testifies what it was told of each. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Executor, Programma } from '../../lib/engine.js';
import type { Chance } from './chance.js';
import type { Ledger, Verdict } from './ledger.js';
import { attemptsOf, DURATIONS, KINDS, type Kind } from './work.js';

type Transaction = (work: (tx: Executor) => Promise<void>) => Promise<void>;

/** Of nine seconds, six are busy: in the other three nothing commits but the engine's own words. */
const BUSY_MS = 6_000;
const QUIET_MS = 3_000;
/** Jobs a second of one process, about. */
const RATE = 30;

interface Wish {
  id: string;
  kind: Kind;
}

class RolledBack extends Error {}

/** Many at once and then nothing, so that after the burst no commit makes durable what claims did not wait for. */
const BURST = 60;
const BURST_EVERY_MS = 7_000;

export async function produceInBursts(
  programma: Programma,
  ledger: Ledger,
  chance: Chance,
  quiet: AbortSignal,
): Promise<void> {
  while (!quiet.aborted) {
    await pause(BURST_EVERY_MS - (Date.now() % BURST_EVERY_MS), quiet);
    const wishes = Array.from({ length: BURST }, (): Wish => ({ id: randomUUID(), kind: 'slow' }));
    if (!quiet.aborted) await plainly(programma, ledger, chance, wishes);
  }
}

export async function produce(
  programma: Programma,
  ledger: Ledger,
  transaction: Transaction,
  chance: Chance,
  quiet: AbortSignal,
): Promise<void> {
  const adding = new Set<Promise<void>>();
  while (!quiet.aborted) {
    const phase = Date.now() % (BUSY_MS + QUIET_MS);
    if (phase > BUSY_MS) {
      await pause(BUSY_MS + QUIET_MS - phase, quiet);
      continue;
    }
    const wishes = Array.from({ length: chance.happens(0.2) ? chance.whole(2, 8) : 1 }, () => aWish(chance));
    const act = chance.happens(0.15)
      ? inATransaction(programma, ledger, transaction, chance, wishes)
      : plainly(programma, ledger, chance, wishes);
    const added: Promise<void> = act.finally(() => adding.delete(added));
    adding.add(added);
    // An add that has to wait slows its producer down, as an awaited one does.
    if (adding.size > 40) await Promise.race(adding);
    await pause((1_000 * wishes.length * chance.between(0.5, 1.5)) / RATE, quiet);
  }
  await Promise.allSettled(adding);
}

const WEIGHTS = { ...KINDS, blocks: Number(process.env.BLOCKS ?? KINDS.blocks) };

const aWish = (chance: Chance): Wish => ({ id: randomUUID(), kind: chance.kind(WEIGHTS) });

const jobOf = ({ id, kind }: Wish, chance: Chance) => ({
  id,
  data: { kind, ms: Math.round(chance.between(...DURATIONS[kind])) },
  maxAttempts: attemptsOf(kind),
  priority: chance.whole(4, 6),
  ...(chance.happens(0.1) && { runAfterSeconds: chance.between(0, 3) }),
});

async function plainly(programma: Programma, ledger: Ledger, chance: Chance, wishes: readonly Wish[]): Promise<void> {
  const jobs = wishes.map((wish) => jobOf(wish, chance));
  let verdict: Verdict = 'acknowledged';
  try {
    if (jobs.length > 1) await programma.addJobs(jobs.map((job) => ({ topic: 'chaos', ...job })));
    else for (const job of jobs) await programma.addJob('chaos', job);
  } catch {
    verdict = 'unknown';
  }
  await ledger.added(wishes, verdict);
}

async function inATransaction(
  programma: Programma,
  ledger: Ledger,
  transaction: Transaction,
  chance: Chance,
  wishes: readonly Wish[],
): Promise<void> {
  const rollBack = chance.happens(0.4);
  const jobs = wishes.map((wish) => jobOf(wish, chance));
  let verdict: Verdict = 'acknowledged';
  let written = false;
  try {
    await transaction(async (tx) => {
      for (const job of jobs) await programma.addJob('chaos', job, { tx });
      if (rollBack) throw new RolledBack();
      written = true;
    });
  } catch {
    // Only when COMMIT was on its way does nobody know.
    verdict = written ? 'unknown' : 'rolled back';
  }
  await ledger.added(wishes, verdict);
}

const pause = (ms: number, until: AbortSignal): Promise<unknown> =>
  sleep(ms, undefined, { signal: until }).catch(() => undefined);
