/** What the engine asks of whoever traces and counts it: `openTelemetry()` of `programma/telemetry` is one. */

/** W3C's `traceparent` and the like: text that a job carries from where it is added to where it runs. */
export type Carrier = Readonly<Record<string, string>>;

/** A job as it is about to run. */
export interface RunningJob {
  readonly id: string;
  readonly topic: string;
  readonly attempt: number;
  /** Its carrier is among them. */
  readonly attributes: Readonly<Record<string, unknown>> | null;
  /** From when it was due until it was claimed, by the database's clock. */
  readonly waitedSeconds: number;
}

/** What waits and is due, of one topic. */
export interface Depth {
  readonly topic: string;
  /** Counted up to a limit: 1,000 means that many or more. */
  readonly due: number;
  readonly oldestDueSeconds: number;
}

export interface Telemetry {
  /** Surrounds an add of jobs for these topics; what it gives as carrier goes into their attributes. */
  adding<T>(topics: readonly string[], add: (carrier: Carrier) => Promise<T>): Promise<T>;
  /** So many jobs of a topic are new: added by a caller of this process, or by a tick. */
  added(topic: string, jobs: number): void;
  /** Surrounds a handler: one job, or those of a batch. */
  running(jobs: readonly RunningJob[], run: () => unknown): unknown;
  /** An attempt ended. @param seconds how long its handler took; undefined: that is not known */
  ended(topic: string, ending: string, seconds: number | undefined): void;
  /** The engine is connected: it may be asked how much waits. @returns what ends that */
  watching(depths: () => Promise<readonly Depth[]>): () => void;
}
