/** The family of errors: what people test for stays, and every message helps. */
import { expect, it } from '@jest/globals';
import * as errors from '../../lib/base/errors.js';
import * as engine from '../../lib/engine.js';
import * as postgres from '../../lib/testing/postgres.js';

const { ProgrammaError } = errors;
const ID = '0198b3a4-7c5e-7000-8000-0123456789ab';

/** A code that is out in the world does not change any more. */
const CODES = {
  BrokerAwayError: 'PROGRAMMA_BROKER_AWAY',
  DatabaseUnavailableError: 'PROGRAMMA_DATABASE_UNAVAILABLE',
  DuplicateHandlerError: 'PROGRAMMA_DUPLICATE_HANDLER',
  DuplicateJobError: 'PROGRAMMA_DUPLICATE_JOB',
  EmbeddedPostgresError: 'PROGRAMMA_EMBEDDED_POSTGRES',
  InvalidJobError: 'PROGRAMMA_INVALID_JOB',
  InvalidPayloadError: 'PROGRAMMA_INVALID_PAYLOAD',
  JobCancelledError: 'PROGRAMMA_JOB_CANCELLED',
  JobTimeoutError: 'PROGRAMMA_JOB_TIMEOUT',
  LeaseLostError: 'PROGRAMMA_LEASE_LOST',
  NonRetryableError: 'PROGRAMMA_NON_RETRYABLE',
  NoTransactionError: 'PROGRAMMA_NO_TRANSACTION',
  NotRunningError: 'PROGRAMMA_NOT_RUNNING',
  OptionsError: 'PROGRAMMA_OPTIONS',
  PayloadTooLargeError: 'PROGRAMMA_PAYLOAD_TOO_LARGE',
  RetryAfterError: 'PROGRAMMA_RETRY_AFTER',
  SchemaError: 'PROGRAMMA_SCHEMA',
  ShutdownError: 'PROGRAMMA_SHUTDOWN',
  UnknownInstanceError: 'PROGRAMMA_UNKNOWN_INSTANCE',
  UnreportedError: 'PROGRAMMA_UNREPORTED',
  WaitTimeoutError: 'PROGRAMMA_WAIT_TIMEOUT',
};

const MADE = [
  new errors.BrokerAwayError('bullmq', { cause: new Error('connect ECONNREFUSED') }),
  new errors.DatabaseUnavailableError('away'),
  new errors.DuplicateHandlerError('mail', 'Mailer.send', 'Other.send'),
  new errors.DuplicateJobError('mail', ID),
  new errors.EmbeddedPostgresError('no binaries'),
  new errors.InvalidJobError('no'),
  new errors.InvalidPayloadError('mail', ['email is missing']),
  new errors.JobCancelledError(ID, 'mail'),
  new errors.JobTimeoutError(ID, 'mail', 3),
  new errors.LeaseLostError(ID, 'mail'),
  new errors.NonRetryableError('no'),
  new errors.NoTransactionError('none'),
  new errors.NotRunningError('not started'),
  new errors.OptionsError(['maxJob']),
  new errors.PayloadTooLargeError('rsmq', 200_000, 65_536, 'characters'),
  new errors.RetryAfterError(5),
  new errors.SchemaError('missing'),
  new errors.ShutdownError(),
  new errors.UnknownInstanceError('reports', 'Mailer.send', ['default']),
  new errors.UnreportedError(ID, new Error('550')),
  new errors.WaitTimeoutError(ID, 30),
];

it('keeps the code of every error', () => {
  expect(Object.fromEntries(MADE.map((error) => [error.name, error.code]))).toEqual(CODES);
});

it('has no error that this list forgets', () => {
  const there = Object.keys(errors).filter((name) => name !== 'ProgrammaError');
  expect(there.sort()).toEqual(Object.keys(CODES).sort());
});

it('gives no code to two errors', () => {
  const codes = Object.values(CODES);
  expect(new Set(codes).size).toBe(codes.length);
});

it('is one family, whose names end in Error', () => {
  for (const error of MADE) {
    expect(error).toBeInstanceOf(ProgrammaError);
    expect(error.name).toMatch(/Error$/);
  }
});

it('leaves the house whole by its doors', () => {
  for (const name of [...Object.keys(CODES), 'ProgrammaError']) expect({ ...engine, ...postgres }).toHaveProperty(name);
});

it('keeps the cause', () => {
  const cause = new Error('ECONNREFUSED');
  expect(new errors.DatabaseUnavailableError('away', { cause }).cause).toBe(cause);
});

it.each([
  [
    new errors.DuplicateHandlerError('mail', 'Mailer.send', 'Other.send'),
    /"mail".*Mailer\.send and Other\.send.*Keep one/,
  ],
  [
    new errors.UnknownInstanceError('reports', 'Mailer.send', []),
    /Mailer\.send.*"reports".*Add ProgrammaModule\.forRoot/,
  ],
  [new errors.LeaseLostError(ID, 'mail'), new RegExp(`${ID} \\(mail\\).*raise retryAfterSeconds`)],
  [new errors.JobTimeoutError(ID, 'mail', 3), new RegExp(`${ID} \\(mail\\).*\\(3\\).*raise timeoutSeconds`)],
  [new errors.WaitTimeoutError(ID, 30), new RegExp(`${ID}.*30 s.*wait again`)],
])('names the thing and the remedy: %s', (error, message) => {
  expect(error.message).toMatch(message);
});

it('lets a class of the user be told by its own name', () => {
  class CardRefused extends errors.NonRetryableError {}
  expect(new CardRefused('no').name).toBe('CardRefused');
});

it('refuses a RetryAfterError without a time', () => {
  expect(() => new errors.RetryAfterError(Number.NaN)).toThrow(/0 or more, not NaN/);
});
