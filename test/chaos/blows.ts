/** What is done to the fleet, the server and the network between, one blow after the other, as chance has it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './chance.js';
import { ACTS, type Act, type Fleet, type Member } from './fleet.js';
import { nowMicros } from './now.js';
import { ask, type Scene, untilItAnswers } from './scene.js';

export const BLOWS = {
  'SIGKILL of a process': 6,
  'SIGSTOP beyond the lease': 7,
  'SIGTERM of a process': 3,
  'pg_terminate_backend of all': 5,
  'connections cut': 3,
  'connections swallowed': 1,
  'kill -9 of the server': 1,
  'immediate restart': 1,
} as const;

export type Blow = keyof typeof BLOWS;

export interface Struck {
  blow: Blow;
  at: number;
  /** When everything was there again that it took away. */
  over: number;
  /** The process that was struck; null: all of them. */
  process: string | null;
}

/** Twice a second, for this long. */
const TERMINATING_MS = 3_000;
const AIM_MS = 1_500;
/** For a meeting that has not been seen yet: longer than producers are quiet. */
const FIRST_AIM_MS = 5_000;
/** What has not been seen at the end has this long to happen. */
const EXTRA_MS = 60_000;
/** A process that was stopped goes on at the latest after this, also when nobody has taken its jobs. */
const LONGEST_STOP_MS = 12_000;
const BURY_AFTER_MS = 8_000;

export class Blows {
  readonly struck: Struck[] = [];
  /** Blows that go on while the next ones fall. */
  private readonly lasting = new Set<Promise<void>>();
  private readonly acts: readonly Act[] = Object.keys(ACTS) as Act[];
  private readonly failed: unknown[] = [];
  /** How often each has met an add, a claim and a settle in flight. */
  private readonly met = new Map<Blow, Map<Act, number>>();

  constructor(
    private readonly scene: Scene,
    private readonly fleet: Fleet,
    private readonly chance: Chance,
    private readonly leaseMs: number,
  ) {}

  /** @param weights how often each kind falls; @param least how often each must have fallen at the end */
  async fall(
    forMs: number,
    weights: Readonly<Record<Blow, number>>,
    least: Partial<Record<Blow, number>>,
    pauseMs: readonly [number, number] = [300, 1_500],
  ): Promise<void> {
    const until = Date.now() + forMs;
    const owed = this.chance.shuffled(
      Object.entries(least).flatMap(([blow, n]) => new Array<Blow>(n).fill(blow as Blow)),
    );
    const total = owed.length;
    while (Date.now() < until) {
      // What is owed is spread over the time, the last of it a while before the end.
      const share = 1 - (until - Date.now()) / forMs;
      const due = owed.length > 0 && total - owed.length < share * 1.15 * total;
      await this.strike(due ? (owed.pop() as Blow) : this.chance.kind(weights));
      await sleep(this.chance.between(...pauseMs));
      for (const error of this.failed) throw error;
    }
    for (const extra = Date.now() + EXTRA_MS; Date.now() < extra; await sleep(this.chance.between(...pauseMs))) {
      const missing = (Object.keys(least) as Blow[]).filter((blow) => this.rarest(blow).times === 0);
      if (missing.length === 0) break;
      await this.strike(this.chance.one(missing));
    }
    await Promise.all(this.lasting);
    for (const error of this.failed) throw error;
  }

  private strike(blow: Blow): Promise<void> {
    switch (blow) {
      case 'SIGKILL of a process':
        return this.kill(blow);
      case 'SIGSTOP beyond the lease':
        return this.stop(blow);
      case 'SIGTERM of a process':
        return this.terminateProcess(blow);
      case 'pg_terminate_backend of all':
        return this.goOn(this.terminateBackends(blow));
      case 'connections cut':
        return this.onAll(blow, async () => this.scene.proxy.cut());
      case 'connections swallowed':
        return this.onAll(blow, async () => {
          this.scene.proxy.swallow();
          void this.goOn(sleep(BURY_AFTER_MS).then(() => this.scene.proxy.bury()));
        });
      case 'kill -9 of the server':
        return this.onAll(blow, () => this.killServer());
      case 'immediate restart':
        return this.onAll(blow, () => this.restartServer());
    }
  }

  private async kill(blow: Blow): Promise<void> {
    const member = await this.target(blow);
    if (!member) return;
    this.fleet.strike(member);
    this.note(blow, member);
    member.kill('SIGKILL');
    await member.ended;
  }

  private async stop(blow: Blow): Promise<void> {
    const member = await this.target(blow);
    if (!member) return;
    const struck = this.note(blow, member);
    // Until it goes on.
    struck.over = Number.POSITIVE_INFINITY;
    member.stopped = true;
    member.kill('SIGSTOP');
    const ms = this.leaseMs + this.chance.between(700, 2_500);
    const ends = sleep(ms).then(() => this.untilTaken(member, nowMicros() - ms * 1_000));
    void this.goOn(
      ends.finally(() => {
        member.kill('SIGCONT');
        member.stopped = false;
        struck.over = nowMicros();
      }),
    );
  }

  /** Until a job that the process holds runs elsewhere, so that it comes back as one of two. */
  private async untilTaken(member: Member, stoppedAt: number): Promise<void> {
    const taken = `
      select from ledger a join ledger b on b.job = a.job and b.process <> a.process and b.started > $2
      where a.process = $1 and a.run <> all($3::uuid[]) limit 1`;
    const known = [member.name, Math.round(stoppedAt), member.endedRuns()];
    for (const until = Date.now() + LONGEST_STOP_MS - this.leaseMs; Date.now() < until; await sleep(150))
      if ((await ask(this.scene.witness.url, taken, known)).length > 0) return;
  }

  private async terminateProcess(blow: Blow): Promise<void> {
    const member = await this.target(blow);
    if (!member) return;
    this.fleet.strike(member);
    this.note(blow, member);
    member.kill('SIGTERM');
    void this.goOn(member.ended);
  }

  private async terminateBackends(blow: Blow): Promise<void> {
    for (const until = Date.now() + TERMINATING_MS; Date.now() < until; await sleep(500)) {
      await this.aim(blow);
      this.note(blow);
      await ask(
        this.scene.struck.url,
        `select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
      ).catch(() => undefined);
    }
  }

  private async onAll(blow: Blow, act: () => Promise<void>): Promise<void> {
    await this.aim(blow);
    const struck = this.note(blow);
    await act();
    struck.over = nowMicros();
  }

  private async killServer(): Promise<void> {
    await this.scene.struck.ask({ act: 'kill' });
    await sleep(this.chance.between(100, 1_500));
    await this.scene.struck.ask({ act: 'start' });
    await untilItAnswers(this.scene.struck.url);
  }

  /** As `pg_ctl restart -m immediate`: no checkpoint, recovery at the start. */
  private async restartServer(): Promise<void> {
    const pid = Number((await readFile(join(this.scene.struck.data, 'postmaster.pid'), 'utf8')).split('\n')[0]);
    process.kill(pid, 'SIGQUIT');
    while (lives(pid)) await sleep(20);
    // Its keeper hears of the end a moment later.
    await sleep(100);
    await this.scene.struck.ask({ act: 'start' });
    await untilItAnswers(this.scene.struck.url);
  }

  /** Waits for a moment in which somebody has the wanted statement in flight: the one that the blow has met least. */
  private async aim(blow: Blow): Promise<void> {
    const { act, times } = this.rarest(blow);
    const until = Date.now() + (times === 0 ? FIRST_AIM_MS : AIM_MS);
    while (Date.now() < until && !this.working.some((member) => member.has(act))) await sleep(1);
  }

  private async target(blow: Blow): Promise<Member | undefined> {
    const members = this.chance.shuffled(this.working.filter((member) => member.ready));
    if (members.length < 2) return undefined;
    const { act, times } = this.rarest(blow);
    for (const until = Date.now() + (times === 0 ? FIRST_AIM_MS : AIM_MS); Date.now() < until; await sleep(1)) {
      const member = members.find((one) => one.alive && one.has(act));
      if (member) return member;
    }
    return members.find((one) => one.alive);
  }

  private get working(): Member[] {
    return this.fleet.alive.filter((member) => !member.stopped);
  }

  private rarest(blow: Blow): { act: Act; times: number } {
    const times = (act: Act) => this.met.get(blow)?.get(act) ?? 0;
    const [act = 'add'] = [...this.acts].sort((a, b) => times(a) - times(b));
    return { act, times: times(act) };
  }

  private note(blow: Blow, member?: Member): Struck {
    const at = nowMicros();
    const struck = { blow, at, over: at, process: member?.name ?? null };
    this.struck.push(struck);
    const met = this.met.get(blow) ?? new Map<Act, number>();
    this.met.set(blow, met);
    for (const act of this.acts)
      if ((member ? [member] : this.working).some((one) => one.has(act))) met.set(act, (met.get(act) ?? 0) + 1);
    return struck;
  }

  private async goOn(act: Promise<unknown>): Promise<void> {
    const lasting: Promise<void> = act
      .then(
        () => undefined,
        (error) => void this.failed.push(error),
      )
      .finally(() => this.lasting.delete(lasting));
    this.lasting.add(lasting);
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
