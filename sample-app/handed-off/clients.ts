/** What this folder uses of two packages that an app need not have. In one that has them, import their own types. */
export interface BullMQ {
  Worker: new (
    queue: string,
    processor: (job: never) => Promise<unknown>,
    options: object,
  ) => {
    on(event: 'error', listener: (error: Error) => void): unknown;
    close(): Promise<void>;
  };
}

export interface BullJob {
  data: { id: string; data: { email: string } };
  attemptsMade: number;
  opts: { attempts?: number };
}

export interface BullQueue {
  add(data: object, options: object): Promise<unknown>;
  process(processor: (job: BullJob) => Promise<unknown>): Promise<void>;
  on(event: 'failed', listener: (job: BullJob, error: Error) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

export interface Bull {
  default: new (name: string, url: string) => BullQueue;
}
