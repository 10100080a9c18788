/** What speaks where no logger was given. */
import type { Logger } from './options.js';

const nothing = (): void => undefined;

export const silent: Logger = { error: nothing, warn: nothing, log: nothing, debug: nothing };

/** Without a framework a library has no voice of its own; what must be heard goes out as a warning of the process. */
export const warningsOnly: Logger = {
  error: (message) => process.emitWarning(message, 'Programma'),
  warn: (message) => process.emitWarning(message, 'Programma'),
  log: nothing,
  debug: nothing,
};
