/** Makes and joins the parts of an engine, starts them in order, and stops them in reverse. */
import { within } from './base/clock.js';
import { InvalidJobError } from './base/errors.js';
import { sparing } from './base/sparing.js';
import { Switch } from './base/switch.js';
import type { Bus } from './events/bus.js';
import type { HandOffs } from './handoff/hand-offs.js';
import { Reporter } from './handoff/reporter.js';
import { Housekeeping } from './maintenance/housekeeping.js';
import { bringUp } from './migrate/bring-up.js';
import { migrations } from './migrate/migrations.js';
import { Migrator } from './migrate/migrator.js';
import { Announcer } from './notify/announcer.js';
import { Listener } from './notify/listener.js';
import type { Message } from './notify/message.js';
import type { Logger } from './options/options.js';
import type { Resolved } from './options/resolved.js';
import { Adding as AddingStore, type Hint } from './store/adding.js';
import { Asking as AskingStore } from './store/asking.js';
import { Claims, type TakenBack } from './store/claims.js';
import { Database } from './store/database.js';
import { isPassing } from './store/faults.js';
import { Ledger } from './store/ledger.js';
import { Moving as MovingStore } from './store/moving.js';
import { Schedules } from './store/schedules.js';
import { statements } from './store/statements.js';
import { Topics } from './store/topics.js';
import { UniqueAdding } from './store/unique-adding.js';
import { Upkeep } from './store/upkeep.js';
import { Adding } from './verbs/adding.js';
import { Asking, type Health, healthOf } from './verbs/asking.js';
import { Moving } from './verbs/moving.js';
import { type Declared, Scheduling } from './verbs/scheduling.js';
import { Waiting } from './verbs/waiting.js';
import type { Handlers } from './worker/handler.js';
import { Worker } from './worker/worker.js';

const GOODBYE_MS = 2_000;

export class Assembly {
  readonly adding: Adding;
  readonly moving: Moving;
  readonly waiting: Waiting;
  readonly asking: Asking;
  readonly topics: Topics;
  readonly scheduling: Scheduling;
  readonly database: Database;
  readonly house: Housekeeping;
  readonly reporter: Reporter;
  private readonly migrator: Migrator;
  private readonly upkeep: Upkeep;
  private readonly worker: Worker;
  private readonly announcer: Announcer;
  private readonly listener: Listener;
  private readonly working = new Switch(
    () => this.begin(),
    () => this.rest(),
  );
  private ranHere = false;

  constructor(
    private readonly options: Resolved,
    readonly handlers: Handlers,
    private readonly bus: Bus,
    private readonly log: Logger,
    private readonly declared: readonly Declared[],
    private readonly handOffs: HandOffs,
  ) {
    const { schema } = options;
    const sql = statements(schema);
    const warn = sparing((message) => log.warn(message));
    this.database = new Database(options.connection, schema, options.preparedStatements, {
      away: (error) => {
        bus.emit('error', { error, where: 'the database' });
        warn(`The database is away: ${messageOf(error)}. Work goes on by itself when it is back.`);
      },
      back: (seconds) => {
        if (seconds !== undefined) log.log(`The database is back after ${seconds.toFixed(1)} s.`);
        this.worker.renewNow();
        this.worker.lookAfresh();
        this.house.lookAgain();
        this.listener.retryNow();
      },
    });
    this.migrator = new Migrator(new Ledger(this.database, schema), migrations(), schema);
    const claims = new Claims(this.database, sql);
    const moving = new MovingStore(this.database, sql);
    const asking = new AskingStore(this.database, sql);
    this.asking = new Asking(asking);
    this.reporter = new Reporter(moving, asking);
    this.topics = new Topics(this.database, sql);
    this.upkeep = new Upkeep(this.database, sql, schema);
    const failed = (error: unknown, where: string) => this.failed(error, where);

    const schedules = new Schedules(this.database, sql);
    // In a caller's transaction from nobody, so that our own workers hear it too, and not before the caller commits.
    const channel = options.notify ? this.upkeep.channel : null;
    const unique = new UniqueAdding(this.database, sql, channel);
    this.house = new Housekeeping({
      claims,
      schedules,
      unique,
      upkeep: this.upkeep,
      retention: options.retention,
      declared,
      tookBack: (jobs) => this.tookBack(jobs),
      ticked: ({ hint, added }) => {
        this.queued(hint);
        options.telemetry?.added(hint.topic, added);
      },
      warn,
      failed,
    });
    this.worker = new Worker({
      claims,
      moving,
      asking,
      handlers,
      bus,
      queued: (hint) => this.queued(hint),
      settled: (id) => this.waiting.finished(id),
      leaseEnds: (inMs) => this.house.leaseEnds(inMs),
      tickComes: (inMs) => this.house.tickComes(inMs),
      failed,
    });
    this.announcer = new Announcer(this.upkeep, this.worker.name);
    this.listener = new Listener({
      database: this.database,
      upkeep: this.upkeep,
      bus,
      self: this.worker.name,
      heard: (message) => this.heard(message),
      caughtUp: () => this.worker.lookAfresh(),
      failed: (error) => failed(error, 'listening'),
    });
    const adding = new AddingStore(this.database, sql, channel);
    this.adding = new Adding(adding, unique, options, {
      added: (hint) => this.queued(hint),
      keep: (wanted) => this.worker.keep(wanted),
    });
    this.moving = new Moving(moving, channel, {
      queued: (hint) => this.queued(hint),
      gone: (ids) => this.gone(ids),
      handedOver: (id, seconds) => {
        this.worker.moved(id);
        if (seconds !== undefined) this.house.leaseEnds(seconds * 1_000);
      },
    });
    this.scheduling = new Scheduling(
      schedules,
      options.jobs,
      () => this.scheduled(),
      (topic, job) => this.adding.one(topic, job),
    );
    this.waiting = new Waiting(asking, (error) => failed(error, 'waiting for a job'));
  }

  /** Opens the connections and brings the schema up, or only checks it. Adding and asking work from here on. */
  async connect(migrate: boolean): Promise<void> {
    this.database.open();
    try {
      await bringUp(this.migrator, migrate, this.options.schema, this.log);
      for (const { name, every, options } of this.declared) await this.scheduling.put(name, every, options, true);
      if (!(await this.database.readsCommitted()))
        this.log.warn(
          'The connections are not "read committed" by default. On a pool of yours or behind a pooler Programma cannot set that itself: alter role … set default_transaction_isolation = \'read committed\'.',
        );
      this.waiting.start();
    } catch (error) {
      await this.database.close(GOODBYE_MS);
      throw error;
    }
  }

  /** Starts claiming; while it still drains, after that. */
  async work(): Promise<void> {
    if (this.options.workers !== false) await this.working.on();
  }

  private begin(): void {
    this.worker.start();
    this.house.start();
    this.handOffs.start(() => this.topics.waiting());
    this.listen();
  }

  get schema(): string {
    return this.options.schema;
  }

  /** The name under which this process claims. */
  get workerName(): string {
    return this.worker.name;
  }

  /**
   * Runs these jobs here and now if they wait, whether or not this process claims; see `Worker.runThese`.
   * @throws InvalidJobError when the topic has no handler here
   */
  async runHere(topic: string, ids: readonly string[]): Promise<number> {
    const handler = this.handlers.of(topic);
    if (!handler) throw new InvalidJobError(`No handler of this process works on "${topic}".`);
    this.ranHere = true;
    return this.worker.runThese(ids, handler);
  }

  /** A handler has come. */
  handlerCame(): void {
    if (!this.working.isOn) return;
    this.listen();
    this.worker.lookAfresh();
  }

  /** Stops claiming and gives back what does not end in time; adding and asking go on working. */
  async drain(): Promise<void> {
    await this.working.off();
  }

  private async rest(): Promise<void> {
    await this.worker.stop(this.options.shutdownTimeoutMs);
    await within(GOODBYE_MS, Promise.all([this.handOffs.stop(), this.house.stop(), this.listener.stop()]));
  }

  async close(): Promise<void> {
    await this.drain();
    if (this.ranHere) await this.worker.stop(this.options.shutdownTimeoutMs);
    const written = Promise.all([this.adding.drained(), this.reporter.drained()]);
    await this.worker.giveBackLate(within(this.options.addTimeoutMs, written));
    for (const part of [this.adding, this.reporter, this.worker]) part.giveUp();
    await within(GOODBYE_MS, Promise.all([this.waiting.stop(), this.announcer.stop()]));
    await this.database.close(GOODBYE_MS);
  }

  async health(): Promise<Health> {
    const asked = Promise.all([this.migrator.status(), this.topics.list()]);
    return healthOf({ listen: this.listener.state, lastLook: this.worker.lastLook }, asked);
  }

  pulse(): ReturnType<Worker['pulse']> {
    return this.worker.pulse();
  }

  /** A topic goes on. */
  resumed(topic: string): void {
    this.worker.lookAfresh();
    if (this.options.notify) this.announcer.resumed(topic);
  }

  private listen(): void {
    // A process that only adds has nothing to hear.
    const hearing = this.handOffs.listens || this.handlers.all().some((handler) => !handler.resting);
    if (this.options.notify && hearing) this.listener.start();
  }

  private queued(hint: Hint): void {
    this.hear(hint);
    if (this.options.notify) this.announcer.added(hint);
  }

  private hear(hint: Hint): void {
    this.handOffs.heard(hint.topic);
    this.worker.hear(hint);
  }

  private gone(ids: readonly string[]): void {
    this.worker.gone(ids);
    if (this.options.notify) this.announcer.gone(ids);
  }

  private heard(message: Message): void {
    if (message.kind === 'added') this.hear(message);
    else if (message.kind === 'gone') this.worker.gone(message.ids);
    else if (message.kind === 'scheduled') this.house.tickComes(0);
    else this.worker.lookAfresh();
  }

  /** A schedule came or changed: its tick may be the next. */
  private scheduled(): void {
    this.house.tickComes(0);
    if (this.options.notify) this.announcer.scheduled();
  }

  private tookBack(jobs: readonly TakenBack[]): void {
    for (const { id, topic, state, attempt, maxAttempts, dueMicros } of jobs) {
      if (state === 'created') this.queued({ topic, dueMicros, waitMs: 0 });
      else {
        const error = new Error('its lease or deadline is over, and it is not to be tried again');
        this.bus.emit('job:failed', { job: { id, topic, attempt, maxAttempts }, error, ms: 0 });
      }
    }
  }

  private failed(error: unknown, where: string): void {
    // That the database is away is said once, by the connections; that somebody was in the way is no fault.
    if (isPassing(error)) this.log.debug(`${where}: ${messageOf(error)}`);
    else this.bus.fault(error, where);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message || error.name : String(error));
