/** The engine's face: every verb, and what it means. */
import { Assembly } from './assembly.js';
import { BrokerAwayError, InvalidJobError, NotRunningError } from './base/errors.js';
import type { Executor } from './base/executor.js';
import { sparing } from './base/sparing.js';
import { Bus } from './events/bus.js';
import { hearEndings } from './events/endings.js';
import type { EventName, Listener } from './events/events.js';
import { HandOffs } from './handoff/hand-offs.js';
import type { Reporter } from './handoff/reporter.js';
import type { Target } from './handoff/target.js';
import { nameOf, Topic } from './job/define-topic.js';
import type { Every, ScheduleOptions } from './job/schedule.js';
import { scheduleOf } from './job/schedule.js';
import { type By, JobVerbs } from './job-verbs.js';
import type { HandlerOptions } from './options/handler-options.js';
import { harmless, silent, warningsOnly } from './options/loggers.js';
import type { Logger, ProgrammaOptions } from './options/options.js';
import { resolve } from './options/resolve.js';
import { resolveHandler, worksOn } from './options/resolve-handler.js';
import type { Resolved } from './options/resolved.js';
import type { Health } from './verbs/asking.js';
import type { Declared } from './verbs/scheduling.js';
import { Handler, Handlers, type Run } from './worker/handler.js';
import type { Job } from './worker/job.js';

export interface ProcessOptions<T extends string | Topic = string> extends Omit<HandlerOptions, 'batch'> {
  topicName: T;
}

/** A handler that was registered. */
export interface HandlerHandle {
  readonly topic: string;
  /** Claims nothing more for it; resolves when its running jobs have ended. */
  stop(): Promise<void>;
}

/** A durable job queue and scheduler on one PostgreSQL schema. A verb's promise resolves when what it says is durable. */
export class Programma extends JobVerbs {
  private readonly options: Resolved;
  private readonly handlers = new Handlers();
  private readonly bus: Bus;
  private readonly log: Logger;
  private readonly declared: Declared[] = [];
  private readonly handOffs: HandOffs;
  private assembly: Assembly | undefined;
  private connecting: Promise<Assembly> | undefined;
  private stopping: Promise<void> | undefined;
  private unwatch: (() => void) | undefined;
  /** What was said last, start or shutdown: that holds, whatever is still under way. */
  private wanted = false;

  /**
   * Connects to nothing yet.
   * @param schema short for `options.schema`
   * @throws OptionsError with every fault
   */
  constructor(options: ProgrammaOptions = {}, schema?: string) {
    super();
    this.options = resolve(schema === undefined ? options : { ...options, schema });
    this.log = harmless(this.options.logger || (this.options.logger === false ? silent : warningsOnly));
    const warn = sparing((message) => this.log.warn(message));
    this.bus = new Bus((error, where) => warn(`${where}: ${error instanceof Error ? error.message : String(error)}`));
    this.handOffs = new HandOffs({
      enlist: (topic, own, run, where) => this.enlist(topic, own, 'auto', run as Run, where),
      dismiss: (handler) => this.stopHandler(handler),
      taken: (topic) => this.handlers.of(topic) !== undefined,
      look: () => this.assembly?.handlerCame(),
      away: (broker, error) => {
        this.bus.emit('error', { error, where: `handing jobs over to ${broker}` });
        this.log.warn(new BrokerAwayError(broker, { cause: error }).message);
      },
      back: (broker, seconds) => {
        if (seconds !== undefined) this.log.log(`${broker} is back after ${seconds.toFixed(1)} s.`);
      },
      failed: (error) => this.bus.fault(error, 'handing jobs over'),
    });
  }

  // -- from start to end ---------------------------------------------------------------------------------------------

  /**
   * Brings the schema up and starts claiming. Idempotent; after `shutdown` it starts anew.
   * @param migrate `false` only checks the schema. Default: the option `migrate`
   * @throws DatabaseUnavailableError, SchemaError
   */
  async start(migrate?: boolean): Promise<void> {
    const assembly = await this.connected(migrate);
    if (this.wanted) await assembly?.work();
  }

  /** The first half of `start`: adding and asking work, nothing is claimed. */
  async connect(migrate?: boolean): Promise<Assembly> {
    return (await this.connected(migrate)) ?? this.ready();
  }

  /**
   * The first half of `shutdown`: claims nothing more, waits `shutdownTimeoutSeconds` for running handlers, then aborts
   * their signals and gives their jobs back, unspent. Adding and asking go on working.
   */
  async drain(): Promise<void> {
    await this.connecting?.catch(() => undefined);
    await this.assembly?.drain();
  }

  /** Drains, writes what is asked for, and closes every connection that is ours. Idempotent. */
  async shutdown(): Promise<void> {
    this.wanted = false;
    this.stopping ??= this.disassemble().finally(() => {
      this.stopping = undefined;
    });
    return this.stopping;
  }

  // -- working -----------------------------------------------------------------------------------------------------------

  /**
   * Registers the handler of a topic; before `start`, it is remembered. Completion is `manual` unless said otherwise:
   * the handler moves its job itself.
   * @throws DuplicateHandlerError, OptionsError
   */
  processJobs<I, O>(options: ProcessOptions<Topic<I, O>>, handler: (job: Job<O>) => unknown): HandlerHandle;
  processJobs<T = unknown>(options: ProcessOptions, handler: (job: Job<T>) => unknown): HandlerHandle;
  processJobs(options: ProcessOptions<string | Topic>, handler: (job: Job) => unknown): HandlerHandle {
    return this.process(options, handler);
  }

  /** The same as `processJobs`. */
  receiveJobs<I, O>(options: ProcessOptions<Topic<I, O>>, handler: (job: Job<O>) => unknown): HandlerHandle;
  receiveJobs<T = unknown>(options: ProcessOptions, handler: (job: Job<T>) => unknown): HandlerHandle;
  receiveJobs(options: ProcessOptions<string | Topic>, handler: (job: Job) => unknown): HandlerHandle {
    return this.process(options, handler);
  }

  /**
   * Hands the jobs of a topic, or of all topics that fit a pattern (`mail.*`), to a broker when they are due. What it
   * has confirmed is `processing` until its worker reports, at most the target's `deadlineSeconds`. A topic with a
   * handler of its own in this process keeps it.
   * @throws DuplicateHandlerError, OptionsError
   */
  handOff<I, O>(topic: string | Topic<I, O>, target: Target): HandlerHandle {
    return this.handOffs.add(topic as string | Topic, target);
  }

  /** @internal for workers behind a broker: where they report. */
  async reporter(): Promise<Reporter> {
    return (await this.ready()).reporter;
  }

  /** @internal for the rims around the engine, whose handlers have a name and another default. */
  register(
    topic: string | Topic,
    own: HandlerOptions,
    completion: 'auto' | 'manual',
    run: Run,
    where: string,
  ): HandlerHandle {
    const handler = this.enlist(topic, own, completion, run, where);
    return { topic: handler.topic, stop: () => this.stopHandler(handler) };
  }

  private enlist(
    topic: string | Topic,
    own: HandlerOptions,
    completion: 'auto' | 'manual',
    run: Run,
    where: string,
  ): Handler {
    const name = nameOf(topic);
    const options = resolveHandler(name, own, completion, this.options, where);
    const handler = new Handler(
      options,
      this.watched(run),
      where,
      topic instanceof Topic && topic.schema ? topic : undefined,
    );
    if (typeof run !== 'function') throw new InvalidJobError(`${where}: the handler is a function, not ${typeof run}`);
    handler.resting = !worksOn(this.options.workers, name);
    this.handlers.add(handler);
    this.assembly?.handlerCame();
    return handler;
  }

  /**
   * @internal for the rims: a schedule that this code declares, before `connect`.
   * @throws InvalidJobError
   */
  declareSchedule(name: string, every: Every, options: ScheduleOptions): void {
    scheduleOf(name, every, options, this.options.jobs);
    this.declared.push({ name, every, options });
  }

  /** Never rejects: a database that is away is an answer. */
  async health(): Promise<Health> {
    const away = { database: 'down', schema: null, listen: 'polling', lastLook: null, oldestDueSeconds: null } as const;
    return this.assembly?.health() ?? away;
  }

  /**
   * Whether the loop that claims jobs goes round, asked of nobody but this process: how long ago it last did, and from
   * when on that is a fault. null: it claims nothing.
   */
  pulse(): { ageSeconds: number; limitSeconds: number } | null {
    const pulse = this.assembly?.pulse();
    return pulse ? { ageSeconds: pulse.ageMs / 1_000, limitSeconds: pulse.limitMs / 1_000 } : null;
  }

  // -- events ----------------------------------------------------------------------------------------------------------------

  /** @returns what ends it */
  on<K extends EventName>(event: K, listener: Listener<K>): () => void {
    return this.bus.on(event, listener);
  }

  // ---------------------------------------------------------------------------------------------------------------------------

  protected transactionOf(by: By | undefined): Executor | undefined {
    return (by?.tx === undefined ? this.options.transaction?.() : by.tx) ?? undefined;
  }

  /** @internal for the rims: the parts, while they are connected. @throws NotRunningError */
  parts(): Promise<Assembly> {
    return this.ready();
  }

  protected async ready(): Promise<Assembly> {
    if (!this.connecting)
      throw new NotRunningError(
        'Programma is not started, or was shut down. Call start(); in Nest, wait for app.init().',
      );
    return this.connecting;
  }

  /** Undefined: it was shut down before it could begin. Not a moment passes here before `shutdown` can see it begin. */
  private async connected(migrate = this.options.migrate): Promise<Assembly | undefined> {
    this.wanted = true;
    while (this.stopping) await this.stopping;
    if (!this.wanted) return undefined;
    this.connecting ??= this.assemble(migrate);
    return this.connecting;
  }

  private process(options: ProcessOptions<string | Topic>, handler: (job: Job) => unknown): HandlerHandle {
    const { topicName, ...own } = options ?? {};
    return this.register(topicName, own, 'manual', handler, `processJobs('${topicName}')`);
  }

  /** What is no function is left to be refused. */
  private watched(run: Run): Run {
    const { telemetry } = this.options;
    if (!telemetry || typeof run !== 'function') return run;
    const either = run as (given: Job | Job[]) => unknown;
    return (given: Job | Job[]) => telemetry.running(Array.isArray(given) ? given : [given], () => either(given));
  }

  /** Begins to be counted. */
  private watch(assembly: Assembly): void {
    const { telemetry } = this.options;
    if (!telemetry) return;
    const offs = [
      hearEndings(this, ({ topic, ending, ms }) => telemetry.ended(topic, ending, ms && ms / 1_000)),
      telemetry.watching(() => assembly.topics.depths()),
    ];
    this.unwatch = () => {
      for (const off of offs) off();
    };
  }

  private async assemble(migrate: boolean): Promise<Assembly> {
    const assembly = new Assembly(this.options, this.handlers, this.bus, this.log, this.declared, this.handOffs);
    try {
      await assembly.connect(migrate);
      this.assembly = assembly;
      this.watch(assembly);
      return assembly;
    } catch (error) {
      this.connecting = undefined;
      throw error;
    }
  }

  private async disassemble(): Promise<void> {
    await this.connecting?.catch(() => undefined);
    const { assembly } = this;
    await assembly?.drain();
    this.connecting = undefined;
    this.assembly = undefined;
    await assembly?.close();
    this.unwatch?.();
    this.unwatch = undefined;
  }

  private async stopHandler(handler: Handler): Promise<void> {
    handler.resting = true;
    await handler.drained();
    this.handlers.remove(handler);
  }
}
