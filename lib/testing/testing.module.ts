/** `ProgrammaTestingModule`: Programma for the tests of a module, on tables of its own that go with it. */
import { randomBytes } from 'node:crypto';
import { type DynamicModule, Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { ProgrammaModuleOptions, ProgrammaRootOptions } from '../nest/module-options.js';
import { ProgrammaModule } from '../nest/programma.module.js';
import type { ProgrammaService } from '../nest/programma.service.js';
import { DEFAULT_INSTANCE, getProgrammaToken } from '../nest/tokens.js';
import { TestHouse } from './test-house.js';
import { ProgrammaTester } from './tester.js';

/** The injection token of an instance's tester: the class `ProgrammaTester` for the default one. */
export const getTesterToken = (name: string = DEFAULT_INSTANCE): typeof ProgrammaTester | string =>
  name === DEFAULT_INSTANCE ? ProgrammaTester : `Programma:${name}:tester`;

/** Injects the tester of the instance of this name. */
export const InjectTester = (name?: string): ReturnType<typeof Inject> => Inject(getTesterToken(name));

/** Of a test: nothing runs by itself, nothing is told to other processes, and what is finished stays to be looked at. */
const QUIET = { autoStart: false, notify: false, retention: false, shutdownTimeoutSeconds: 5 } as const;

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: that is what a dynamic module is.
export class ProgrammaTestingModule {
  /**
   * Imported in the place of `ProgrammaModule`. Where no connection is given (`connectionString`, `host` …, `pool`), it
   * starts an embedded PostgreSQL. Unless `schema` names one, the tables are in a schema of their own, which is dropped
   * when the module is closed: suites that run side by side do not meet.
   *
   * Jobs run when the test says so, by `ProgrammaTester`; `autoStart: true` lets them run by themselves.
   */
  static forRoot(options: ProgrammaRootOptions = {}): DynamicModule {
    const { name = DEFAULT_INSTANCE, ...given } = options;
    const house = houseModule(name, given);
    return {
      module: ProgrammaTestingModule,
      global: true,
      imports: [
        house,
        ProgrammaModule.forRootAsync({
          name,
          imports: [house],
          inject: [houseToken(name)],
          useFactory: ({ address }: TestHouse): ProgrammaModuleOptions => ({ ...QUIET, ...given, ...address }),
        }),
      ],
      providers: [
        {
          provide: getTesterToken(name),
          inject: [getProgrammaToken(name)],
          useFactory: (service: ProgrammaService) => new ProgrammaTester(service),
        },
        {
          provide: `programma:closing:${name}`,
          inject: [getProgrammaToken(name), houseToken(name)],
          useFactory: (service: ProgrammaService, house: TestHouse) => new Closing(service, house),
        },
      ],
      exports: [getTesterToken(name)],
    };
  }
}

const houseToken = (name: string): string => `programma:test-house:${name}`;

@Module({})
class TestHouseModule {}

const houseModule = (name: string, given: ProgrammaModuleOptions): DynamicModule => ({
  module: TestHouseModule,
  providers: [{ provide: houseToken(name), useFactory: () => TestHouse.open(given, randomBytes(6).toString('hex')) }],
  exports: [houseToken(name)],
});

/** Takes the house down when the engine has left it. Never rejects: on Nest 11 that would end the shutdown in its middle. */
class Closing implements OnApplicationShutdown {
  constructor(
    private readonly service: ProgrammaService,
    private readonly house: TestHouse,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    try {
      await this.service.shutdown();
      await this.house.close();
    } catch (error) {
      new Logger('Programma').warn(
        `Taking the test's tables down failed: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
}
