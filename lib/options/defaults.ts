/** Every default, once. */

const DAY = 24 * 3_600;

export const DEFAULTS = {
  schema: 'programma',
  heartBeat: 10,
  maxJobs: 10,
  maxAttempts: 20,
  jobs: { retryAfterSeconds: 30, priority: 5 },
  retention: { completedSeconds: 7 * DAY, failedSeconds: 30 * DAY, cancelledSeconds: 30 * DAY },
  addTimeoutSeconds: 10,
  shutdownTimeoutSeconds: 20,
  poolMax: 10,
  connectionTimeoutMs: 5_000,
} as const;
