/** What a queue must be able to do to be measured: the one port that all contenders share. */

/** Every contender gets the same payloads. `n` numbers them: the sum over all handlers says that each ran once. */
export interface Payload {
  readonly n: number;
  /** When it was sent, or should run: milliseconds since 1970, with their fraction. */
  readonly atMs?: number;
  readonly [more: string]: unknown;
}

export type Handle = (payload: Payload) => Promise<void>;

export interface Contender {
  /** Brings the schema up in an empty database and makes ready to add. */
  open(url: string): Promise<void>;
  /** One job, durably as far as the contender goes. */
  add(payload: Payload, at?: Date): Promise<void>;
  /** Many, in the contender's own form for many. */
  addMany(payloads: readonly Payload[], at?: (payload: Payload) => Date): Promise<void>;
  /** Runs `handle` for each job; resolves when it has begun to look. */
  work(handle: Handle): Promise<void>;
  /** How many jobs are given out and not settled, by the database's own word. */
  held(): Promise<number>;
  /** What the database holds; `completed` is undefined where finished jobs are not kept. */
  tally(): Promise<{ waiting: number; completed: number | undefined }>;
  /** Listens on so many topics, and works on nothing. */
  listenOn(topics: number, handle: Handle): Promise<void>;
  /** Stops working and closes everything. */
  close(): Promise<void>;
}

/** A setting of a contender, and where its documentation says so. */
export interface Setting {
  readonly what: string;
  readonly says: string;
  readonly where: string;
}

/** A contender with its settings: a row of the tables. */
export interface Variant {
  readonly name: string;
  readonly title: string;
  readonly on: 'postgresql' | 'redis';
  /** The expression by which pg_stat_statements finds its claim. */
  readonly claim?: RegExp;
  readonly settings: readonly Setting[];
  make(): Promise<Contender>;
}
