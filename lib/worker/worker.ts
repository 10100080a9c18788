/** Everything that runs jobs in this process: claims them, runs their handlers, writes what became of them. */
import { monotonicMs, newWorkerName, within } from '../base/clock.js';
import { ShutdownError } from '../base/errors.js';
import { fromOutside, inAFrameOfItsOwn } from '../base/frame.js';
import type { Bus } from '../events/bus.js';
import type { Kept } from '../job/kept.js';
import type { ClaimedJob } from '../job/record.js';
import type { Hint } from '../store/adding.js';
import type { Asking } from '../store/asking.js';
import type { Claims } from '../store/claims.js';
import type { Moving } from '../store/moving.js';
import { AtOnce } from './at-once.js';
import { Attempt, type Surroundings } from './attempt.js';
import { Claimer } from './claimer.js';
import type { Handler, Handlers } from './handler.js';
import { InHand } from './in-hand.js';
import { Renewal } from './renewal.js';
import { reportLost } from './report.js';
import { Settler } from './settler.js';
import { Words } from './words.js';

export interface WorkerParts {
  readonly claims: Claims;
  readonly moving: Moving;
  readonly asking: Asking;
  readonly handlers: Handlers;
  readonly bus: Bus;
  /** A job of this process went back into the queue. */
  queued(hint: Hint): void;
  /** A job of this process is settled, or gone. */
  settled(id: string): void;
  leaseEnds(inMs: number): void;
  tickComes(inMs: number): void;
  failed(error: unknown, where: string): void;
}

/** What outcomes get, after the handlers' time is over, to reach the database. */
const LAST_WORDS_MS = 5_000;

export class Worker {
  /** New at each start: what an earlier life was promised is not ours. The names of all its claims begin with it. */
  readonly name = newWorkerName();
  private readonly inHand = new InHand();
  private readonly running = new Set<Attempt>();
  /** Who waits for an attempt is told twice: when its handler has ended, and when what became of it is written. */
  private readonly awaited = new Map<Attempt, () => void>();
  private readonly settler: Settler;
  private readonly renewal: Renewal;
  private readonly claimer: Claimer;
  private readonly atOnce: AtOnce;
  private readonly around: Surroundings;

  constructor(private readonly parts: WorkerParts) {
    const { claims, moving, handlers, bus } = parts;
    this.settler = new Settler(claims, parts.queued);
    this.renewal = new Renewal(claims, this.inHand, (error) => parts.failed(error, 'renewing leases'));
    this.claimer = new Claimer({
      worker: this.name,
      claims,
      handlers,
      start: (job, handler, sentMs) => inAFrameOfItsOwn(() => this.take(job, handler, sentMs)),
      giveBack: (jobs, sentMs) => this.giveBack(jobs, sentMs),
      known: () => this.inHand.known(monotonicMs()),
      leaseEnds: parts.leaseEnds,
      tickComes: parts.tickComes,
      failed: (error) => parts.failed(error, 'claiming jobs'),
    });
    this.atOnce = new AtOnce({
      handlers,
      claimer: this.claimer,
      free: (handler) => this.free(handler),
    });
    this.around = {
      settler: this.settler,
      words: new Words(claims, moving, parts.asking),
      bus,
      deadlineMs: (claimId) => this.inHand.get(claimId)?.deadlineMs,
      ended: (attempt) => {
        this.running.delete(attempt);
        this.free(attempt.handler);
        this.awaited.get(attempt)?.();
      },
      settled: (attempt) => {
        this.inHand.remove(attempt.claimed);
        parts.settled(attempt.claimed.id);
        this.awaited.get(attempt)?.();
      },
      leaseEnds: parts.leaseEnds,
    };
  }

  get lastLook(): Date | null {
    return this.claimer.lastLook;
  }

  pulse(): ReturnType<Claimer['pulse']> {
    return this.claimer.pulse();
  }

  start(): void {
    this.renewal.start();
    this.claimer.start();
  }

  /**
   * Claims nothing more, waits for the handlers, then aborts those that are left and gives their jobs back, unspent.
   * @param ms what the handlers get
   */
  async stop(ms: number): Promise<void> {
    // A claim that is on its way goes back when it comes; if it never does, nobody waits for it.
    const lastClaim = this.claimer.stop();
    const ended = Promise.all(this.parts.handlers.all().map((handler) => handler.drained())).then(() => true);
    if (!(await within(ms, ended))) for (const attempt of this.running) attempt.abort(new ShutdownError());
    await within(LAST_WORDS_MS, this.lastWords(lastClaim));
    await within(LAST_WORDS_MS, this.renewal.stop());
  }

  /** What starts as it is added, and is answered when nobody waits for it any more, goes back; resolves after `added`. */
  async giveBackLate(added: Promise<unknown>): Promise<void> {
    const late = this.claimer.expecting;
    await added;
    if (late) await within(LAST_WORDS_MS, this.lastWords(this.claimer.stop()));
  }

  private async lastWords(lastClaim: Promise<void>): Promise<void> {
    await lastClaim;
    // What was aborted is concluded in the next turn of the event loop, and only then waits for the settler.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    await this.settler.drained();
  }

  /**
   * Runs these jobs of a handler if they wait, whatever their time and their turn, also while nothing else is claimed.
   * Resolves, with how many there were, when the handler has ended and what became of them is written.
   */
  async runThese(ids: readonly string[], handler: Handler): Promise<number> {
    this.renewal.start();
    const sentMs = monotonicMs();
    // A name under which nothing is looked for: these are claimed while the loop may give back what it does not know.
    const jobs = await this.parts.claims.claimThese(`${this.name}.these`, ids, handler.options.maxAttempts);
    const run = (job: ClaimedJob): Promise<void> =>
      new Promise((done) => {
        const attempt = new Attempt(job, handler, this.around);
        let open = 2;
        this.awaited.set(attempt, () => {
          if (--open > 0) return;
          this.awaited.delete(attempt);
          done();
        });
        handler.busy++;
        this.begin(attempt, sentMs);
      });
    await Promise.all(fromOutside(() => jobs.map((job) => inAFrameOfItsOwn(() => run(job)))));
    return jobs.length;
  }

  /** What is not written by now will not be. */
  giveUp(): void {
    this.settler.giveUp();
  }

  /** Keeps places for jobs that are about to be added here, if they can start at once. */
  keep(wanted: ReadonlyMap<string, number>): Kept | undefined {
    return this.atOnce.keep(wanted);
  }

  hear(hint: Hint): void {
    this.claimer.hear(hint);
  }

  /** Jobs were taken from whoever runs them: if that is us, the handlers are told. */
  gone(ids: readonly string[]): void {
    if (ids.some((id) => this.inHand.holding(id))) this.renewal.lookNow();
  }

  /** A job was moved by its id; if its handler runs here, that is the handler's own business: nothing is lost. */
  moved(id: string): void {
    this.inHand.holding(id)?.gone('moved');
  }

  /** Looks for whatever may have been missed. */
  lookAfresh(): void {
    this.claimer.lookAfresh();
  }

  /** The database was away: whether the leases still hold is the first thing to know. */
  renewNow(): void {
    this.renewal.lookNow();
  }

  private take(job: ClaimedJob, handler: Handler, sentMs: number): void {
    // The answer was longer on its way than the lease lasts (the process was stopped, say): somebody else may have it.
    if (sentMs + job.leaseSeconds * 1_000 <= monotonicMs()) {
      reportLost(this.parts.bus, job);
      this.free(handler);
    } else this.begin(new Attempt(job, handler, this.around), sentMs);
  }

  /** In a place of the handler that is kept for it. */
  private begin(attempt: Attempt, sentMs: number): void {
    const known = this.inHand.get(attempt.claimed.claimId) !== undefined;
    const claim = this.inHand.add(attempt, sentMs);
    if (!known) this.renewal.holds(claim);
    this.running.add(attempt);
    attempt.run();
  }

  private free(handler: Handler): void {
    handler.release();
    this.claimer.placeFreed(handler);
  }

  private async giveBack(jobs: readonly ClaimedJob[], sentMs: number): Promise<void> {
    await Promise.all(
      jobs.map((job) =>
        this.settler
          .settle(job, { kind: 'released' }, false, () => sentMs + job.leaseSeconds * 1_000)
          .then(({ answer }) => {
            if (answer === 'lost') reportLost(this.parts.bus, job);
          })
          .catch((error) => this.parts.failed(error, 'giving jobs back')),
      ),
    );
  }
}
