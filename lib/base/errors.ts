/** The family of errors: each has a stable code, names the thing, and says what to do. */

/** What every error of this package is. Test `code`: it stays when a message changes. */
export abstract class ProgrammaError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

// -- from verbs ------------------------------------------------------------------------------------------------

/** The options have faults: all of them are listed. Nothing was started. */
export class OptionsError extends ProgrammaError {
  readonly code = 'PROGRAMMA_OPTIONS';

  constructor(
    readonly problems: readonly string[],
    where = 'Programma options',
  ) {
    super(
      `${where}: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}${problems.map((p) => `\n  • ${p}`).join('')}`,
    );
  }
}

/** A job cannot be what it was said to be (topic, time, priority, id, payload …). Nothing was written. */
export class InvalidJobError extends ProgrammaError {
  readonly code = 'PROGRAMMA_INVALID_JOB';
}

/** A job with this unique key is there already, and `onConflict` is `reject`. Nothing was written. */
export class DuplicateJobError extends ProgrammaError {
  readonly code = 'PROGRAMMA_DUPLICATE_JOB';

  constructor(
    topic: string,
    /** The job that is there. */
    readonly id: string,
  ) {
    super(
      `A job for "${topic}" with this unique key is there already: ${id}. Use it, or say onConflict: 'ignore' to get its id instead of this error.`,
    );
  }
}

/** `tx` is no transaction that is open. Nothing was written. */
export class NoTransactionError extends ProgrammaError {
  readonly code = 'PROGRAMMA_NO_TRANSACTION';
}

/** Two handlers for one topic in one process. */
export class DuplicateHandlerError extends ProgrammaError {
  readonly code = 'PROGRAMMA_DUPLICATE_HANDLER';

  constructor(topic: string, first: string, second: string) {
    super(
      `Topic "${topic}" has two handlers: ${first} and ${second}. Keep one, give one of them another topic, or stop the first (await handler.stop()).`,
    );
  }
}

/** A handler or an injection names an instance that no ProgrammaModule.forRoot makes. */
export class UnknownInstanceError extends ProgrammaError {
  readonly code = 'PROGRAMMA_UNKNOWN_INSTANCE';

  constructor(name: string, where: string, known: readonly string[]) {
    super(
      `${where} asks for the Programma instance "${name}", which does not exist (known: ${known.join(', ') || 'none'}). ` +
        `Add ProgrammaModule.forRoot({ name: '${name}', … }) to the imports of AppModule, or name one of those.`,
    );
  }
}

/** The tables are missing, or of a version that this code does not work with. */
export class SchemaError extends ProgrammaError {
  readonly code = 'PROGRAMMA_SCHEMA';
}

/** The database could not be reached, or not in time. What was asked for may be asked again. */
export class DatabaseUnavailableError extends ProgrammaError {
  readonly code = 'PROGRAMMA_DATABASE_UNAVAILABLE';
}

/** The engine was shut down, or never started, and cannot do what was asked. */
export class NotRunningError extends ProgrammaError {
  readonly code = 'PROGRAMMA_NOT_RUNNING';
}

/** A job did not finish within the time that a caller of waitForJob gave it. The job itself goes on. */
export class WaitTimeoutError extends ProgrammaError {
  readonly code = 'PROGRAMMA_WAIT_TIMEOUT';

  constructor(id: string, seconds: number) {
    super(`Job ${id} did not finish within ${seconds} s. It goes on by itself; wait again, or look with getJob.`);
  }
}

/** The embedded PostgreSQL of `programma/testing` cannot be had, or does not start. */
export class EmbeddedPostgresError extends ProgrammaError {
  readonly code = 'PROGRAMMA_EMBEDDED_POSTGRES';
}

// -- to throw in a handler ---------------------------------------------------------------------------------------

/** Throw it in a handler: the job fails at once, whatever attempts are left. */
export class NonRetryableError extends ProgrammaError {
  readonly code: string = 'PROGRAMMA_NON_RETRYABLE';
}

/** A payload that fails its check: no attempt can mend it. */
export class InvalidPayloadError extends NonRetryableError {
  override readonly code = 'PROGRAMMA_INVALID_PAYLOAD';

  /** @param issues what is wrong with it, one thing each */
  constructor(
    topic: string,
    readonly issues: readonly string[],
    options?: ErrorOptions,
  ) {
    super(`The payload of a job for "${topic}" fails its check: ${issues.join('; ')}`, options);
  }
}

/** Throw it in a handler: this attempt has failed, and the next one comes after `seconds`. */
export class RetryAfterError extends ProgrammaError {
  readonly code = 'PROGRAMMA_RETRY_AFTER';

  /** @param seconds 0 or more, until the next attempt */
  constructor(
    readonly seconds: number,
    message = `to be tried again in ${seconds} s`,
    options?: ErrorOptions,
  ) {
    super(message, options);
    if (!Number.isFinite(seconds) || seconds < 0)
      throw new RangeError(`RetryAfterError: seconds must be 0 or more, not ${seconds}`);
  }
}

/** The broker that a job was to be handed to cannot be reached: the job goes back as it was, and spends no attempt. */
export class BrokerAwayError extends ProgrammaError {
  readonly code = 'PROGRAMMA_BROKER_AWAY';

  constructor(broker: string, options?: ErrorOptions) {
    const { cause } = options ?? {};
    super(
      `${broker} is away: ${cause instanceof Error ? cause.message || cause.name : String(cause)}. ` +
        'Nothing more is claimed for it; jobs wait in the queue, and go on by themselves when it is back.',
      options,
    );
  }
}

/**
 * The last try of a job behind a broker failed, and that could not be reported: its message stays with the broker, which
 * gives it again. `cause` is why it could not be reported.
 */
export class UnreportedError extends ProgrammaError {
  readonly code = 'PROGRAMMA_UNREPORTED';

  constructor(id: string, error: unknown, options?: ErrorOptions) {
    super(
      `The last try of job ${id} failed (${error instanceof Error ? error.message || error.name : String(error)}), and that ` +
        'could not be reported. Keep its message. Stop consumers before programma.shutdown(), and see that the database answers.',
      options,
    );
  }
}

/** The broker takes no message as large as this job: nothing was sent, and no attempt can mend it. */
export class PayloadTooLargeError extends NonRetryableError {
  override readonly code = 'PROGRAMMA_PAYLOAD_TOO_LARGE';

  constructor(broker: string, size: number, limit: number, unit: 'bytes' | 'characters' = 'bytes') {
    super(
      `The job is a message of ${size} ${unit}, and ${broker} takes ${limit}. Keep the large thing elsewhere and its address in the job, or raise the queue's limit.`,
    );
  }
}

// -- as signal.reason of a running handler -------------------------------------------------------------------------

/** The job is no longer ours: its lease ended, and another process may have it. Whatever is said about it is refused. */
export class LeaseLostError extends ProgrammaError {
  readonly code = 'PROGRAMMA_LEASE_LOST';

  constructor(id: string, topic: string) {
    super(
      `Job ${id} (${topic}) is no longer held by this handler: its lease ended or it was moved. Stop the work; another attempt may be running. ` +
        'If handlers need longer than the lease while the process is busy, raise retryAfterSeconds.',
    );
  }
}

/** The job was cancelled or deleted while it ran. */
export class JobCancelledError extends ProgrammaError {
  readonly code = 'PROGRAMMA_JOB_CANCELLED';

  constructor(id: string, topic: string) {
    super(`Job ${id} (${topic}) was cancelled while it ran. Stop the work; nothing that is said about it counts.`);
  }
}

/** The handler took longer than its `timeoutSeconds`. */
export class JobTimeoutError extends ProgrammaError {
  readonly code = 'PROGRAMMA_JOB_TIMEOUT';

  constructor(
    id: string,
    topic: string,
    readonly seconds: number,
  ) {
    super(
      `Job ${id} (${topic}) ran longer than its timeoutSeconds (${seconds}). Make it faster, raise timeoutSeconds, or split the work.`,
    );
  }
}

/** The process shuts down and the handler did not end within `shutdownTimeoutSeconds`. The job goes back, unspent. */
export class ShutdownError extends ProgrammaError {
  readonly code = 'PROGRAMMA_SHUTDOWN';

  constructor() {
    super('The process shuts down: the job goes back into the queue and spends no attempt.');
  }
}
