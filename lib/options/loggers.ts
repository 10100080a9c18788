/** What speaks where no logger was given. */
import type { Logger } from './options.js';

const nothing = (): void => undefined;

/** A logger that throws harms nobody: what it was to say is lost. */
export function harmless(logger: Logger): Logger {
  const careful = (say: (message: string) => void) => (message: string) => {
    try {
      say(message);
    } catch {
      // Nobody is left who could be told of it.
    }
  };
  return {
    error: careful((message) => logger.error(message)),
    warn: careful((message) => logger.warn(message)),
    log: careful((message) => logger.log(message)),
    debug: careful((message) => logger.debug(message)),
  };
}

export const silent: Logger = { error: nothing, warn: nothing, log: nothing, debug: nothing };

/** Without a framework a library has no voice of its own; what must be heard goes out as a warning of the process. */
export const warningsOnly: Logger = {
  error: (message) => process.emitWarning(message, 'Programma'),
  warn: (message) => process.emitWarning(message, 'Programma'),
  log: nothing,
  debug: nothing,
};
