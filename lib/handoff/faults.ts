/** Tells a broker that is away from one that answers and refuses. */

/** What brokers' clients call a connection that is not there. */
const CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'NR_CLOSED',
  'CONNECTION_BROKEN',
  'UNCERTAIN_STATE',
  'TimeoutError',
]);
const MESSAGES =
  /connection (is )?(closed|closing|lost|ended)|channel (is )?(closed|ended|closing)|isn't writeable|max retries per request|socket (closed|hang up)|heartbeat timeout|not confirm/i;
/** Redis that answers and cannot serve now: starting, a replica after a failover, out of memory, a cluster in pieces. */
const NOT_NOW = /^(LOADING|READONLY|OOM|MISCONF|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|TRYAGAIN|NOAUTH|WRONGPASS)\b/;

interface Coded {
  readonly code?: unknown;
  readonly name?: unknown;
  readonly message?: unknown;
  readonly errors?: unknown;
  /** Of a transaction that Redis would not begin: what it said of its commands. */
  readonly previousErrors?: unknown;
  readonly cause?: unknown;
}

/** Whether the broker was not reached, or says itself that it cannot serve anybody now. */
export function isUnreachable(error: unknown): boolean {
  const { code, name, message, errors, previousErrors = errors, cause } = (error ?? {}) as Coded;
  if ([code, name].some((word) => typeof word === 'string' && CODES.has(word))) return true;
  if (typeof message === 'string' && (MESSAGES.test(message) || NOT_NOW.test(message))) return true;
  if (Array.isArray(previousErrors) && previousErrors.length > 0) return isUnreachable(previousErrors[0]);
  return cause !== undefined && cause !== error && isUnreachable(cause);
}
