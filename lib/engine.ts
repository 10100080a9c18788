/** The door without Nest: `programma/engine`. */
export {
  BrokerAwayError,
  DatabaseUnavailableError,
  DuplicateHandlerError,
  DuplicateJobError,
  InvalidJobError,
  InvalidPayloadError,
  JobCancelledError,
  JobTimeoutError,
  LeaseLostError,
  NonRetryableError,
  NoTransactionError,
  NotRunningError,
  OptionsError,
  PayloadTooLargeError,
  ProgrammaError,
  RetryAfterError,
  SchemaError,
  ShutdownError,
  UnknownInstanceError,
  UnreportedError,
  WaitTimeoutError,
} from './base/errors.js';
export type { Executor } from './base/executor.js';
export type { EventName, Events, Listener } from './events/events.js';
export type { Message as HandOffMessage, Trace } from './handoff/message.js';
export type { Delivery, Target, TargetOptions } from './handoff/target.js';
export type { Reports, Task, Work } from './handoff/task.js';
export type { Backoff, BackoffSteps } from './job/backoff.js';
export { defineTopic, type PayloadOf, Topic } from './job/define-topic.js';
export type { HandingOver } from './job/handing-over.js';
export type { JobFault, JobRecord, JobRecord as IJobDetail, JobSketch } from './job/record.js';
export type { Every, ScheduleOptions } from './job/schedule.js';
export type { JobConfig, JobConfig as IJobConfig, NewJob } from './job/spec.js';
export { type JobState, MOVES, STATES } from './job/states.js';
export type { Unique } from './job/unique.js';
export type { By } from './job-verbs.js';
export type { HandlerOptions } from './options/handler-options.js';
export type { ConnectionOptions, Logger, ProgrammaOptions, Retention, Workers } from './options/options.js';
export type { Carrier, Depth, RunningJob, Telemetry } from './options/telemetry.js';
export {
  type HandlerHandle,
  type ProcessOptions,
  Programma,
} from './programma.js';
export type { JobPage } from './store/asking.js';
export type { TopicState } from './store/topics.js';
export type { Added } from './verbs/adding.js';
export type { Health, ListOptions } from './verbs/asking.js';
export type { RescheduleOptions } from './verbs/moving.js';
export type { Schedule } from './verbs/scheduling.js';
export { Job, Job as IReceiveJob } from './worker/job.js';
