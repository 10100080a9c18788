/** A small duty that any process may do at any time: no leader, and twice does no harm. */
export interface Chore {
  readonly name: string;
  /** One round; returns the milliseconds to rest. */
  runOnce(): Promise<number>;
}
