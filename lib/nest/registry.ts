/** All handlers and listeners of an application, judged together and handed to the instance they name. */
import type { DiscoveryService, ExternalContextCreator, ModulesContainer } from '@nestjs/core';
import { DuplicateHandlerError, ProgrammaError, UnknownInstanceError } from '../base/errors.js';
import { nameOf } from '../job/define-topic.js';
import type { JobSketch } from '../job/record.js';
import { matches } from '../job/topic.js';
import type { ResolvedHandler } from '../options/handler-options.js';
import { resolveHandler } from '../options/resolve-handler.js';
import { BootError, DuplicateInstanceError, DuplicateScheduleError, MisplacedHandlerError } from './boot.error.js';
import { Caller } from './caller.js';
import { Explorer, type Found } from './explorer.js';
import { handlerFaults, listenerFaults } from './faults.js';
import type { Settings } from './module-options.js';
import { jobContextCreator } from './nest-internals.js';
import { LISTENERS, type ListenerMark } from './on-job-event.decorator.js';
import { HANDLERS, type HandlerMark } from './process-job.decorator.js';
import type { ProgrammaService } from './programma.service.js';
import { DEFAULT_INSTANCE, partToken } from './tokens.js';

interface Instance {
  readonly settings: Settings;
  readonly service: ProgrammaService;
}

interface Plan {
  readonly handlers: { readonly found: Found<HandlerMark>; readonly options: ResolvedHandler; readonly of: Instance }[];
  readonly listeners: { readonly found: Found<ListenerMark>; readonly of: Instance }[];
}

/** One of it in an application, shared by its instances: what is wrong is said once, for all of them. */
export class Registry {
  private readonly instances: Instance[] = [];
  private readonly explorer: Explorer;
  private plan: Plan | undefined;

  constructor(
    discovery: DiscoveryService,
    private readonly contexts: ExternalContextCreator,
    private readonly modules: ModulesContainer,
  ) {
    this.explorer = new Explorer(discovery);
  }

  add(instance: Instance): void {
    this.instances.push(instance);
  }

  async closeAll(): Promise<void> {
    await Promise.allSettled(this.instances.map(({ service }) => service.shutdown()));
  }

  /**
   * Gives an instance its handlers and listeners.
   * @returns the topics
   * @throws BootError, or the one error there is: for faults of any instance
   */
  bind(name: string): string[] {
    this.plan ??= this.judged();
    const handlers = this.plan.handlers.filter(({ of }) => of.settings.name === name);
    for (const { found, options, of } of handlers) {
      const { settings, service } = of;
      const caller = this.callerOf(settings);
      const { instance: _, ...own } = found.mark.options;
      service.register(found.mark.topic, own, 'auto', caller.handler(found, options), found.where);
      const { schedule } = found.mark;
      if (schedule) service.declareSchedule(schedule.name, schedule.every, schedule.options);
      settings.logger.debug(`${found.where} works on "${options.topic}", ${options.maxJobs} at once`);
    }
    for (const { found, of } of this.plan.listeners.filter((listener) => listener.of.settings.name === name))
      listen(of.service, found, this.callerOf(of.settings).listener(found));
    return handlers.map(({ options }) => options.topic);
  }

  private callerOf(settings: Settings): Caller {
    return new Caller(jobContextCreator(this.contexts, settings.enhancers.global), settings.enhancers);
  }

  private judged(): Plan {
    const faults: Error[] = this.duplicates();
    const handlers = this.explorer.inProviders<HandlerMark>(HANDLERS);
    const listeners = this.explorer.inProviders<ListenerMark>(LISTENERS);
    for (const key of [HANDLERS, LISTENERS]) faults.push(...this.misplaced(key));
    const plan: Plan = { handlers: [], listeners: [] };
    for (const found of handlers.found) this.judgeHandler(found, plan, faults);
    for (const found of listeners.found) {
      faults.push(...listenerFaults(found));
      const of = this.instanceOf(found, faults);
      if (of) plan.listeners.push({ found, of });
    }
    if (faults.length > 1) throw new BootError(faults);
    for (const fault of faults) throw fault;
    for (const { className, modules } of handlers.twice)
      this.instances[0]?.settings.logger.warn(
        `${className} is provided by ${modules.join(' and by ')}, so Nest makes several of it; its handlers run on the first.`,
      );
    return plan;
  }

  private judgeHandler(found: Found<HandlerMark>, plan: Plan, faults: Error[]): void {
    const { mark, where } = found;
    const of = this.instanceOf(found, faults);
    // One that names no instance may have more faults than that.
    const { engine } = (of ?? (this.instances[0] as Instance)).settings;
    faults.push(...handlerFaults(found, engine.jobs));
    try {
      const { instance: _, ...own } = mark.options;
      const options = resolveHandler(nameOf(mark.topic), own, 'auto', engine, where);
      if (!of) return;
      const others = plan.handlers.filter((other) => other.of === of);
      const first = others.find((other) => other.options.topic === options.topic);
      if (first) faults.push(new DuplicateHandlerError(options.topic, first.found.where, where));
      const { schedule } = mark;
      const namesake = schedule && others.find((other) => other.found.mark.schedule?.name === schedule.name);
      if (namesake) faults.push(new DuplicateScheduleError(schedule.name, namesake.found.where, where));
      plan.handlers.push({ found, options, of });
    } catch (error) {
      if (!(error instanceof ProgrammaError)) throw error;
      faults.push(error);
    }
  }

  private instanceOf({ mark, where }: Found<HandlerMark | ListenerMark>, faults: Error[]): Instance | undefined {
    const name = mark.options?.instance ?? DEFAULT_INSTANCE;
    const of = this.instances.find(({ settings }) => settings.name === name);
    if (!of) {
      const known = this.instances.map(({ settings }) => settings.name);
      faults.push(new UnknownInstanceError(name, where, known));
    }
    return of;
  }

  private misplaced(key: string): Error[] {
    const name = key === HANDLERS ? '@ProcessJob' : '@OnJobEvent';
    return [
      ...this.explorer.inControllers(key).map(({ where }) => `${where} has ${name}, and is a controller's`),
      ...this.explorer.inStatics(key).map(({ where }) => `${where} has ${name}, and is static`),
    ].map((fault) => new MisplacedHandlerError(`${fault}. Move it to a method of a provider (@Injectable).`));
  }

  private duplicates(): Error[] {
    const names = this.instances.map(({ settings }) => settings.name);
    const twice = new Set(names.filter((name, at) => names.indexOf(name) !== at));
    return [...twice].map((name) => new DuplicateInstanceError(name, this.importersOf(name)));
  }

  private importersOf(name: string): string[] {
    return [...this.modules.values()].flatMap((module) =>
      [...module.imports].filter((shell) => shell.providers.has(partToken('runtime', name))).map(() => module.name),
    );
  }
}

function listen(service: ProgrammaService, { mark }: Found<ListenerMark>, hear: (event: unknown) => unknown): void {
  const { topic } = mark.options;
  service.on(mark.event, (event) => {
    const { job } = event as { job?: JobSketch };
    if (topic === undefined || (job && matches(topic, job.topic))) return hear(event) as undefined;
  });
}
