/** A few dozen jobs, everybody who works on them at once, and the account of what each was told. */
import pg from 'pg';
import type { ClaimedJob } from '../../../lib/job/record.js';
import type { Statements } from '../../../lib/store/statements.js';
import { atTheEnd } from '../../support/at-the-end.js';
import { aDatabase, type Database } from '../../support/database.js';
import { aStore, type Store } from '../a-store.js';
import { broken } from '../invariants.js';
import { Actor } from './actor.js';
import { Chance } from './chance.js';
import { deletions, illegalMoves, watch } from './watch.js';

const ACTORS = 12;
const JOBS = 36;
const LOOK_EVERY_MS = 250;

export interface Fuzzed {
  /** What went wrong, in words. */
  readonly faults: readonly string[];
  readonly verbs: Readonly<Record<string, number>>;
}

export class World {
  readonly ids: readonly string[];
  private readonly acknowledged = new Map<string, number>();
  private readonly handed = new Set<string>();
  private readonly accepted = new Set<string>();
  private readonly counts: Record<string, number> = {};
  private readonly faults: string[] = [];
  private readonly leaving: (() => Promise<unknown>)[] = [];

  private constructor(
    private readonly database: Database,
    private readonly sql: Statements,
    private readonly seed: number,
  ) {
    const chance = new Chance(seed);
    this.ids = Array.from({ length: JOBS }, () => chance.id());
  }

  static async make(sql: Statements, seed: number): Promise<World> {
    const database = await aDatabase();
    await watch(database);
    return new World(database, sql, seed);
  }

  /** Ends early when something has gone wrong. */
  async fuzz(seconds: number): Promise<Fuzzed> {
    const until = performance.now() + seconds * 1_000;
    const goesOn = () => performance.now() < until && this.faults.length === 0;
    const actors = await Promise.all(Array.from({ length: ACTORS }, (_, i) => this.actor(i)));
    await Promise.all([
      ...actors.map(async (actor) => {
        while (goesOn()) await actor.act();
      }),
      this.look(goesOn),
    ]);
    if (this.faults.length === 0) await this.comeToRest();
    // A server that was given has a hundred connections, perhaps, and another fuzz wants as many.
    for (const leave of this.leaving) await leave();
    return { faults: this.faults, verbs: this.counts };
  }

  async count(verb: string, act: () => Promise<unknown>): Promise<void> {
    this.counts[verb] = (this.counts[verb] ?? 0) + 1;
    try {
      await act();
    } catch (error) {
      this.faults.push(`${verb} threw ${String(error)}`);
    }
  }

  added(id: string): void {
    this.acknowledged.set(id, (this.acknowledged.get(id) ?? 0) + 1);
  }

  handedOut({ id, claimId }: ClaimedJob): void {
    if (this.handed.has(id + claimId)) this.faults.push(`job ${id} was handed out twice by claim ${claimId}`);
    this.handed.add(id + claimId);
  }

  settled({ id, claimId }: { id: string; claimId: string }): void {
    const key = `${id} ${claimId}`;
    if (this.accepted.has(key)) this.faults.push(`two outcomes were accepted of job and claim ${key}`);
    this.accepted.add(key);
  }

  /** The lease of a claim is over: the test moves its row, not the time. */
  async expire(order: string): Promise<void> {
    await this.database.query(
      `update programma.claims set expires_at = now() - interval '1 s'
       where id = (select id from programma.claims order by ${order} limit 1 for update skip locked)`,
    );
  }

  private async actor(i: number): Promise<Actor> {
    const client = new pg.Client(this.database.url);
    await client.connect();
    atTheEnd(() => client.end());
    const store = aStore(this.database.url, this.sql);
    this.leaving.push(
      () => client.end(),
      () => store.db.close(1_000),
    );
    return new Actor(this, store, client, new Chance(this.seed + i + 1), i);
  }

  private async look(goesOn: () => boolean): Promise<void> {
    while (goesOn()) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      this.faults.push(...(await broken(this.database)), ...(await illegalMoves(this.database)));
    }
  }

  /** Everybody has gone home: what they left must all come to an end. */
  private async comeToRest(): Promise<void> {
    const store = aStore(this.database.url, this.sql);
    await this.database.query(`update programma.claims set expires_at = now() - interval '1 s'`);
    while ((await store.claims.breakExpired(20)).more);
    this.expectNone('job still held', await this.states('active', 'processing'));
    this.expectNone('claim left behind', await this.column('select id from programma.claims'));
    this.faults.push(...(await broken(this.database)), ...(await illegalMoves(this.database)));
    await this.keptWhatWasAcknowledged();
    for (const id of this.ids) await store.moving.reschedule({ id, delaySeconds: 0 });
    while (await this.claimAndComplete(store));
    this.expectNone('job that nobody can claim', await this.states('created', 'active', 'processing'));
    this.expectNone('row left in the queue', await this.column('select id from programma.queue'));
    this.faults.push(...(await broken(this.database)));
  }

  private async claimAndComplete(store: Store): Promise<boolean> {
    const jobs = (await Promise.all(['red', 'green'].map((topic) => store.claim(10, { topic })))).flat();
    await store.claims.settle(
      jobs.map(({ id, claimId }) => ({ id, claimId, outcome: 'completed' })),
      false,
    );
    return jobs.length > 0;
  }

  private async keptWhatWasAcknowledged(): Promise<void> {
    const there = new Set(await this.column('select id from programma.jobs'));
    const deleted = await deletions(this.database);
    for (const id of this.ids) {
      const left = (this.acknowledged.get(id) ?? 0) - (deleted.get(id) ?? 0);
      if (left !== (there.has(id) ? 1 : 0))
        this.faults.push(`job ${id} is ${there.has(id) ? '' : 'not '}there, but adds less deletions are ${left}`);
    }
  }

  private expectNone(what: string, ids: readonly string[]): void {
    for (const id of ids) this.faults.push(`${what}: ${id}`);
  }

  private states(...states: string[]): Promise<string[]> {
    return this.column('select id from programma.jobs where state = any($1)', [states]);
  }

  private async column(sql: string, values: unknown[] = []): Promise<string[]> {
    return (await this.database.query<{ id: string }>(sql, values)).map((row) => row.id);
  }
}
