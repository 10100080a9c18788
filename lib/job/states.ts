/** The states of a job and the legal moves between them: SQL, docs and dashboards are held against this table. */

export const STATES = ['created', 'active', 'processing', 'completed', 'failed', 'cancelled'] as const;

/**
 * - `created`: in the queue: due, delayed, or waiting to be tried again
 * - `active`: claimed, a handler has it
 * - `processing`: handed to somebody else, who reports by id
 * - `completed`, `failed`, `cancelled`: finished
 */
export type JobState = (typeof STATES)[number];

export const MOVES = {
  created: ['active', 'processing', 'completed', 'failed', 'cancelled'],
  active: ['created', 'processing', 'completed', 'failed', 'cancelled'],
  // `processing` to itself: its deadline is set anew.
  processing: ['created', 'processing', 'completed', 'failed', 'cancelled'],
  completed: [],
  // Only retryJob brings a finished job back.
  failed: ['created'],
  cancelled: ['created'],
} as const satisfies Record<JobState, readonly JobState[]>;

export const FINISHED = ['completed', 'failed', 'cancelled'] as const satisfies readonly JobState[];

export const isFinished = (state: JobState): boolean => (FINISHED as readonly JobState[]).includes(state);
