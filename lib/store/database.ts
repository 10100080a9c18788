/** The connections: one pool shared with callers, one of the engine's own, and the listener's client. */
import pg from 'pg';
import { within } from '../base/clock.js';
import { NoTransactionError, NotRunningError } from '../base/errors.js';
import { answerOf, checkExecutor, type Executor } from '../base/executor.js';
import { Outage, type Saying } from '../base/outage.js';
import type { Connection } from '../options/resolved.js';
import { breaksConnection, isAway, isSilence, translated } from './faults.js';
import { cut, OwnPool } from './own-pool.js';
import { quoted } from './schema.js';
import type { Statement } from './statements.js';

/** Every value as the text that PostgreSQL sent, or null: rows.ts makes values of them. */
export type Row = Readonly<Record<string, string | null>>;

/** `callers`: adding, asking, moving by id. `engine`: claims, renewals, outcomes; callers cannot starve it. */
export type Lane = 'callers' | 'engine';

const ENGINE_CONNECTIONS = 3;
const LONGEST_STATEMENT_MS = { callers: 30_000, engine: 10_000 };
/** What a new connection of the listener has for its first words. */
const GREETING_MS = 5_000;
/** A statement that was given less than this and got no answer says nothing about other connections. */
const SILENCE_MS = 1_000;
const BEGIN: Statement = { name: '', text: 'begin' };
const COMMIT: Statement = { name: '', text: 'commit' };
const AS_TEXT = { getTypeParser: () => (value: string | null) => value };

export class Database {
  private pools: Record<Lane, OwnPool | pg.Pool> | undefined;
  private listening: pg.Client | undefined;
  private readonly foreign: pg.Pool | undefined;
  private reached = false;
  readonly outage: Outage;

  constructor(
    private readonly connection: Connection,
    private readonly schema: string,
    private readonly prepared: boolean,
    saying: Saying,
  ) {
    this.foreign = connection.pool;
    this.outage = new Outage(saying);
  }

  /** Makes the pools; nothing connects before it is needed. */
  open(): void {
    if (this.pools) return;
    const config = this.clientConfig();
    // Kept while at rest: where all connections of a server are taken, a lease could not be renewed by a new one.
    const engine = { ...config, max: ENGINE_CONNECTIONS, idleTimeoutMillis: 0 };
    this.pools = {
      engine: new OwnPool(engine, this.prepared, this.onIdleError),
      callers: this.foreign ?? new OwnPool(config, this.prepared, this.onIdleError),
    };
    this.foreign?.on('error', this.onIdleError);
  }

  /** Ends what is ours. Connections that do not say goodbye within `ms` are cut. */
  async close(ms: number): Promise<void> {
    const { pools } = this;
    if (!pools) return;
    this.pools = undefined;
    this.foreign?.off('error', this.onIdleError);
    const ours = Object.values(pools).filter((pool) => pool instanceof OwnPool);
    await Promise.all([...ours.map((pool) => pool.end(ms)), this.stopListening()]);
  }

  /**
   * Runs one statement. Its error is of our family where it is about the database; `cause` has PostgreSQL's.
   * @param ms how long to wait for the answer
   */
  async rows(statement: Statement, values: unknown[], lane: Lane, ms = LONGEST_STATEMENT_MS[lane]): Promise<Row[]> {
    try {
      return await this.withClient(
        lane,
        async (client) => (await client.query(this.queryOf(statement, values, lane, ms))).rows,
      );
    } catch (error) {
      if (isSilence(error) && ms >= SILENCE_MS) this.suspectAll();
      throw translated(error, this.schema);
    }
  }

  /**
   * Runs one statement inside a caller's transaction, on the caller's own connection, and gives its answer. A statement
   * that finds no mark of ours writes nothing, leaves the mark and does not answer; what does not find it the second
   * time either is in no transaction (insert-jobs.sql). So only the first act in a transaction costs a second trip.
   * @throws NoTransactionError, and whatever the executor throws, as it is: that is the caller's business
   */
  async answerWithin(tx: Executor, statement: Statement, values: unknown[]): Promise<string> {
    checkExecutor(tx);
    const answer = (await answerOf(tx, statement.text, values)) ?? (await answerOf(tx, statement.text, values));
    if (answer !== null) return answer;
    throw new NoTransactionError(
      'tx is not in an open transaction: each of its statements stands alone, or the transaction has ended. Nothing was written. ' +
        "Begin one first, and give what runs in it: an ORM's transactional entity manager or client, not its global one " +
        '(of nestjs-cls: `txHost.isTransactionActive()` says whether `txHost.tx` is a transaction or the fallback).',
    );
  }

  /** Several statements, all or none. */
  async transaction<T>(
    lane: Lane,
    work: (run: (statement: Statement, values: unknown[]) => Promise<Row[]>) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.withClient(lane, async (client) => {
        const run = async (s: Statement, values: unknown[]): Promise<Row[]> =>
          (await client.query(this.queryOf(s, values, lane, LONGEST_STATEMENT_MS[lane]))).rows;
        await run(BEGIN, []);
        const result = await work(run);
        await run(COMMIT, []);
        return result;
      });
    } catch (error) {
      throw translated(error, this.schema);
    }
  }

  /** A transaction that nobody else runs under the same advisory lock; waits for it as long as it takes. */
  async exclusively<T>(
    lock: string,
    work: (run: (sql: string, values?: unknown[]) => Promise<Row[]>) => Promise<T>,
  ): Promise<T> {
    const client = new pg.Client(this.clientConfig());
    client.on('error', () => undefined);
    const run = async (sql: string, values?: unknown[]): Promise<Row[]> =>
      (await client.query({ text: sql, ...(values && { values }), types: AS_TEXT as never })).rows;
    try {
      await client.connect();
      await run('begin');
      await run('select pg_advisory_xact_lock($1::bigint)', [lock]);
      const result = await work(run);
      await run('commit');
      return result;
    } catch (error) {
      throw translated(error, this.schema);
    } finally {
      await within(
        1_000,
        client.end().catch(() => undefined),
      );
      cut(client);
    }
  }

  /** Whether every statement sees what others have committed by then: ours are written for that. */
  async readsCommitted(): Promise<boolean> {
    const asked = { name: '', text: "select current_setting('transaction_isolation') as isolation" };
    const [row] = await this.rows(asked, [], 'callers');
    return row?.isolation === 'read committed';
  }

  /** A plain text, outside of the named statements: migrations, and looks at the server. */
  async text(sql: string, values: unknown[] = []): Promise<Row[]> {
    return this.rows({ name: '', text: sql }, values, 'engine');
  }

  /**
   * Opens the listener's client. It stays until `stopListening`, or until it breaks.
   * @param heard gets the payloads
   * @param lost is told, once, that the client is gone
   */
  async listen(
    channels: readonly string[],
    heard: (channel: string, payload: string) => void,
    lost: (error: unknown) => void,
  ): Promise<void> {
    await this.stopListening();
    const client = new pg.Client(this.clientConfig());
    this.listening = client;
    const gone = (error: unknown) => {
      if (this.listening !== client) return;
      this.listening = undefined;
      cut(client);
      lost(error);
    };
    client.on('error', gone);
    client.on('end', () => gone(new Error('the connection of LISTEN ended')));
    client.on('notification', (notification) => heard(notification.channel, notification.payload ?? ''));
    try {
      await client.connect();
      for (const channel of channels)
        await client.query({ text: `listen ${quoted(channel)}`, query_timeout: GREETING_MS } as pg.QueryConfig);
    } catch (error) {
      if (this.listening === client) this.listening = undefined;
      cut(client);
      throw translated(error, this.schema);
    }
  }

  async stopListening(): Promise<void> {
    const client = this.listening;
    this.listening = undefined;
    if (!client) return;
    const ended = client.end().then(() => true);
    if (
      !(await within(
        1_000,
        ended.catch(() => true),
      ))
    )
      cut(client);
  }

  private async withClient<T>(lane: Lane, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    if (!this.pools) throw new NotRunningError('Programma is not started, or was shut down. Call start() first.');
    let client: pg.PoolClient | undefined;
    try {
      client = await this.pools[lane].connect();
      // A pool hears its clients while they rest only; a client that breaks unheard ends the process.
      client.on('error', this.onIdleError);
      const result = await work(client);
      this.reached = true;
      this.outage.over();
      this.release(client, false);
      return result;
    } catch (error) {
      if (isAway(error)) this.met(error);
      if (client) await this.giveBack(client, error);
      throw error;
    }
  }

  /** Before the first answer there is no outage: whoever connects is told himself, and nothing goes on by itself. */
  private met(error: unknown): void {
    if (this.reached) this.outage.met(error);
  }

  private suspectAll(): void {
    for (const pool of Object.values(this.pools ?? {})) if (pool instanceof OwnPool) pool.suspect();
  }

  /** A connection that met an error goes back only when it is known to be usable. */
  private async giveBack(client: pg.PoolClient, error: unknown): Promise<void> {
    let broken = breaksConnection(error);
    if (!broken && client.getTransactionStatus() !== 'I') {
      const rolledBack = await within(
        1_000,
        client.query('rollback').catch(() => undefined),
      );
      broken = rolledBack === undefined;
    }
    if (broken) cut(client);
    this.release(client, broken);
  }

  private release(client: pg.PoolClient, broken: boolean): void {
    client.release(broken);
    // Only now, when the pool hears it again.
    client.off('error', this.onIdleError);
  }

  private queryOf(
    statement: Statement,
    values: unknown[],
    lane: Lane,
    ms: number,
  ): pg.QueryConfig & { query_timeout: number } {
    // On a pool that is not ours, others may have statements of these names.
    const named = this.prepared && statement.name !== '' && !(lane === 'callers' && this.foreign);
    return {
      ...(named && { name: statement.name }),
      text: statement.text,
      values,
      query_timeout: ms,
      types: AS_TEXT as never,
    };
  }

  private clientConfig(): pg.PoolConfig {
    const { pool, config } = this.connection;
    const alive = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 };
    if (!pool) return { ...alive, ...config };
    // pg hides the password and the key from enumeration.
    const { options } = pool;
    return {
      ...alive,
      ...options,
      password: options.password,
      ssl: options.ssl,
      connectionTimeoutMillis: options.connectionTimeoutMillis ?? 5_000,
    };
  }

  private readonly onIdleError = (error: unknown): void => {
    if (this.pools) this.met(error);
  };
}
