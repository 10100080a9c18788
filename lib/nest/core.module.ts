/** The global half of the module: one instance, its options, and its life. */
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { ProgrammaCore } from './core.js';
import { type ProgrammaModuleOptions, type Settings, settingsOf } from './module-options.js';
import { ProgrammaService } from './programma.service.js';
import { Registry } from './registry.js';
import { ProgrammaSharedModule } from './shared.module.js';
import { getProgrammaToken, partToken } from './tokens.js';

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: that is what a dynamic module is.
export class ProgrammaCoreModule {
  /** @param options what provides `partToken('options', name)`, and what that needs */
  static of(name: string, options: { imports: DynamicModule['imports']; providers: Provider[] }): DynamicModule {
    const [service, settings, core] = [getProgrammaToken(name), partToken('settings', name), partToken('core', name)];
    return {
      module: ProgrammaCoreModule,
      global: true,
      imports: [ProgrammaSharedModule, ...(options.imports ?? [])],
      providers: [
        ...options.providers,
        {
          provide: settings,
          inject: [partToken('options', name)],
          useFactory: (given: ProgrammaModuleOptions) => settingsOf(name, given),
        },
        { provide: service, inject: [settings], useFactory: ({ given }: Settings) => new ProgrammaService(given) },
        {
          provide: core,
          inject: [settings, service, Registry],
          useFactory: (...parts: ConstructorParameters<typeof ProgrammaCore>) => new ProgrammaCore(...parts),
        },
      ],
      exports: [service, core],
    };
  }
}
