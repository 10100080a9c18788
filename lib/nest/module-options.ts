/** What a user may say to the module, checked together with what goes to the engine. */
import { type FactoryProvider, Logger, type ModuleMetadata, type Type } from '@nestjs/common';
import { OptionsError } from '../base/errors.js';
import { type Target, targetFault } from '../handoff/target.js';
import { topicFault } from '../job/topic.js';
import { Checker } from '../options/checker.js';
import { harmless, silent } from '../options/loggers.js';
import type { ProgrammaOptions, Logger as Voice } from '../options/options.js';
import { resolve } from '../options/resolve.js';
import type { Resolved } from '../options/resolved.js';
import { DEFAULT_INSTANCE } from './tokens.js';

/** Guards, interceptors and pipes that stand on a handler's class or method always apply. */
export interface Enhancers {
  /**
   * Exception filters, too. A filter that returns a value makes a success of a failed attempt, and Nest logs every
   * error once more. Default false.
   */
  filters?: boolean | undefined;
  /**
   * The application's global guards, interceptors and pipes (with `filters`, its filters), too. They must be ready for
   * contexts that are not HTTP: see `isProgrammaContext`. Default false.
   */
  global?: boolean | undefined;
}

/** The engine's options, and what only Nest knows. */
export interface ProgrammaModuleOptions extends ProgrammaOptions {
  /** What of Nest's enhancers applies to handlers beside those that stand on them. */
  enhancers?: Enhancers | undefined;
  /**
   * Topics, or patterns of them, whose jobs go to a broker when they are due: `{ 'mail.*': rabbitmq({ … }) }`. A topic
   * with a handler in this process keeps it where only a pattern fits it.
   */
  handOff?: Record<string, Target> | undefined;
}

export interface ProgrammaRootOptions extends ProgrammaModuleOptions {
  /** For a second database or schema: injected with `@InjectProgramma(name)`. Default: the one `ProgrammaService`. */
  name?: string | undefined;
}

/** A class that makes the options, for `useClass` and `useExisting`. */
export interface ProgrammaOptionsFactory {
  createProgrammaOptions(): ProgrammaModuleOptions | Promise<ProgrammaModuleOptions>;
}

/** One of `useFactory`, `useClass` and `useExisting`; `registerAs(…).asProvider()` fits. */
export interface ProgrammaAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Beside the factory and not in what it returns: tokens must be known before a factory runs. */
  name?: string | undefined;
  inject?: FactoryProvider['inject'];
  useFactory?: FactoryProvider<ProgrammaModuleOptions | Promise<ProgrammaModuleOptions>>['useFactory'];
  useClass?: Type<ProgrammaOptionsFactory>;
  useExisting?: Type<ProgrammaOptionsFactory>;
}

/** What holds for one instance. */
export interface Settings {
  readonly name: string;
  /** As the engine's constructor takes them. */
  readonly given: ProgrammaOptions;
  readonly engine: Resolved;
  readonly handOff: Readonly<Record<string, Target>>;
  readonly enhancers: { readonly filters: boolean; readonly global: boolean };
  readonly logger: Voice;
}

/** @throws OptionsError with every fault */
export function settingsOf(name: string, options: ProgrammaModuleOptions): Settings {
  const c = new Checker();
  const engine = engineOf(c, options);
  const said = c.object('enhancers', options?.enhancers, ['filters', 'global']);
  const enhancers = {
    filters: c.flag('enhancers.filters', said.filters, false),
    global: c.flag('enhancers.global', said.global, false),
  };
  const handOff = handOffOf(c, options?.handOff);
  if (engine === undefined || c.problems.length > 0) throw new OptionsError(c.problems, `${labelOf(name)} options`);
  const { enhancers: _, handOff: __, ...given } = options;
  const logger = engine.logger === false ? silent : harmless(engine.logger ?? new Logger(contextOf(name)));
  return { name, given: { ...given, logger }, engine, handOff, enhancers, logger };
}

function handOffOf(c: Checker, said: unknown): Record<string, Target> {
  if (said === undefined) return {};
  if (said === null || typeof said !== 'object' || Array.isArray(said)) {
    c.fault("handOff: is an object of topic patterns such as { 'mail.*': rabbitmq({ queue: 'mail' }) }");
    return {};
  }
  for (const [pattern, target] of Object.entries(said)) {
    const fault = topicFault(pattern) ?? targetFault(target);
    if (fault) c.fault(`handOff['${pattern}']: ${fault}`);
  }
  return said as Record<string, Target>;
}

function engineOf(c: Checker, options: ProgrammaModuleOptions): Resolved | undefined {
  try {
    return resolve(options, ['enhancers', 'handOff']);
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    for (const problem of error.problems) c.fault(problem);
    if (options && 'name' in options)
      c.fault('name: stands beside useFactory, not in what it returns: forRootAsync({ name, useFactory })');
    return undefined;
  }
}

export const labelOf = (name: string): string => (name === DEFAULT_INSTANCE ? 'Programma' : `Programma "${name}"`);

/** The one context of Nest's Logger under which an instance speaks. */
const contextOf = (name: string): string => (name === DEFAULT_INSTANCE ? 'Programma' : `Programma:${name}`);
