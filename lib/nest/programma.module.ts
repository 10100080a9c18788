/** The module that an application imports. */
import { type DynamicModule, Inject, Module, Optional, type Provider } from '@nestjs/common';
import { OptionsError } from '../base/errors.js';
import { MissingRootError } from './boot.error.js';
import type { ProgrammaCore } from './core.js';
import { ProgrammaCoreModule } from './core.module.js';
import type { ProgrammaAsyncOptions, ProgrammaOptionsFactory, ProgrammaRootOptions } from './module-options.js';
import { ProgrammaRuntime } from './runtime.js';
import { DEFAULT_INSTANCE, partToken } from './tokens.js';

/** What forRoot provides, and a module that is imported without it lacks. */
const ROOT = 'programma:root';

/**
 * Import it once, last in AppModule's `imports`, so that it starts to claim after everything else is ready and stops
 * before anything else ends. `ProgrammaService` can then be injected everywhere, and every `@ProcessJob` is found.
 */
@Module({})
export class ProgrammaModule {
  /** @throws MissingRootError when it is imported as it stands: nothing of it would then be there */
  constructor(@Optional() @Inject(ROOT) root?: boolean) {
    if (!root) throw new MissingRootError();
  }

  /** Without options: DATABASE_URL or PG* says where the database is. */
  static forRoot(options: ProgrammaRootOptions = {}): DynamicModule {
    const { name, ...given } = options;
    const instance = checked(name, 'forRoot');
    return shell(instance, {
      imports: [],
      providers: [{ provide: partToken('options', instance), useValue: given }],
    });
  }

  /** Options that other providers make: `useFactory` with `inject` and `imports`, `useClass` or `useExisting`. */
  static forRootAsync(options: ProgrammaAsyncOptions): DynamicModule {
    const instance = checked(options.name, 'forRootAsync');
    const providers = made(partToken('options', instance), options);
    return shell(instance, { imports: options.imports, providers });
  }
}

function shell(name: string, options: Parameters<typeof ProgrammaCoreModule.of>[1]): DynamicModule {
  const core = ProgrammaCoreModule.of(name, options);
  return {
    module: ProgrammaModule,
    imports: [core],
    providers: [
      { provide: ROOT, useValue: true },
      {
        provide: partToken('runtime', name),
        inject: [partToken('core', name)],
        useFactory: (part: ProgrammaCore) => new ProgrammaRuntime(part),
      },
    ],
    // For modules that import it although it is global.
    exports: [core],
  };
}

function made(token: string, { useFactory, useClass, useExisting, inject }: ProgrammaAsyncOptions): Provider[] {
  if (useFactory) return [{ provide: token, useFactory, inject: inject ?? [] }];
  const factory = useExisting ?? useClass;
  if (!factory)
    throw new OptionsError(['give one of useFactory, useClass and useExisting'], 'ProgrammaModule.forRootAsync');
  const provider = {
    provide: token,
    inject: [factory],
    useFactory: (maker: ProgrammaOptionsFactory) => maker.createProgrammaOptions(),
  };
  return useExisting ? [provider] : [provider, { provide: factory, useClass: factory }];
}

function checked(name: unknown, where: string): string {
  if (name === undefined) return DEFAULT_INSTANCE;
  if (typeof name === 'string' && name !== '') return name;
  throw new OptionsError([`name: ${JSON.stringify(name)} is no name for an instance`], `ProgrammaModule.${where}`);
}
