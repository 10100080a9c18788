/** Everything that is wrong with an application's handlers, said at once. */
import { ProgrammaError } from '../base/errors.js';

/** Several faults at boot, each an error of its own in `errors`. Nothing was started. */
export class BootError extends ProgrammaError {
  readonly code = 'PROGRAMMA_BOOT';

  constructor(readonly errors: readonly Error[]) {
    super(`Programma cannot start: ${errors.length} problems${errors.map((e) => `\n  • ${e.message}`).join('')}`);
  }
}

/** A mark where it cannot work: on a controller, a static method, a getter. */
export class MisplacedHandlerError extends ProgrammaError {
  readonly code = 'PROGRAMMA_MISPLACED_HANDLER';
}

/** A listener or a handler that could never get what it asks for. */
export class InvalidHandlerError extends ProgrammaError {
  readonly code = 'PROGRAMMA_INVALID_HANDLER';
}

/** Two `@RecurringJob` of one name in one instance. */
export class DuplicateScheduleError extends ProgrammaError {
  readonly code = 'PROGRAMMA_DUPLICATE_SCHEDULE';

  constructor(name: string, first: string, second: string) {
    super(`There are two schedules named "${name}": of ${first} and of ${second}. Give one of them another name.`);
  }
}

/** Two `ProgrammaModule.forRoot` of one name in one application. */
export class DuplicateInstanceError extends ProgrammaError {
  readonly code = 'PROGRAMMA_DUPLICATE_INSTANCE';

  constructor(name: string, importers: readonly string[]) {
    super(
      `There are two Programma instances named "${name}": ProgrammaModule.forRoot is imported by ${importers.join(' and by ')}. ` +
        "Import it once, in AppModule: it is global. For a second database or schema give it a name: forRoot({ name: 'reports', … }).",
    );
  }
}

/** `imports: [ProgrammaModule]`, without `forRoot`. */
export class MissingRootError extends ProgrammaError {
  readonly code = 'PROGRAMMA_MISSING_ROOT';

  constructor() {
    super(
      'ProgrammaModule is imported without forRoot. Write ProgrammaModule.forRoot({ … }) in AppModule, once and last in its ' +
        'imports; other modules need no import, since it is global.',
    );
  }
}
