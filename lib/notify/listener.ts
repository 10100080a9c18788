/** Hears the other processes: LISTEN on a connection of its own, that finds out by itself when it hears nothing. */
import { jittered, within } from '../base/clock.js';
import { Loop } from '../base/loop.js';
import type { Bus } from '../events/bus.js';
import type { Database } from '../store/database.js';
import type { Upkeep } from '../store/upkeep.js';
import { decode, type Message } from './message.js';

const PING_EVERY_MS = 15_000;
const PONG_WITHIN_MS = 5_000;
/** A listener that is deaf though connected (a pooler in transaction mode) is not tried every few seconds. */
const DEAF_PAUSE_MS = 60_000;

export interface ListenerParts {
  readonly database: Database;
  readonly upkeep: Upkeep;
  readonly bus: Bus;
  readonly self: string;
  heard(message: Message): void;
  /** Notifications may have been missed until now. */
  caughtUp(): void;
  failed(error: unknown): void;
}

/**
 * Connected is not hearing: behind a pooler in transaction mode LISTEN succeeds and nothing ever comes, and a peer
 * that vanished leaves a socket that looks alive. So the listener sends itself a ping through another connection and
 * calls itself `live` only when that arrives. In `polling` the process loses nothing but time: it looks each heartBeat.
 */
export class Listener {
  state: 'live' | 'polling' = 'polling';
  private readonly loop: Loop;
  private connected = false;
  /** The connection works and brings no notifications. */
  private deaf = false;
  private pings = 0;
  private pong: ((n: number) => void) | undefined;
  private said: 'live' | 'polling' | undefined;

  constructor(private readonly parts: ListenerParts) {
    this.loop = new Loop(
      () => this.tick(),
      (error) => {
        this.is('polling', error instanceof Error ? error.message : String(error));
        parts.failed(error);
      },
    );
  }

  start(): void {
    this.loop.start();
  }

  /** The database is back: whether we hear it is to be known now. */
  retryNow(): void {
    if (this.state === 'polling' && !this.deaf) this.loop.retryNow();
  }

  async stop(): Promise<void> {
    this.pong?.(-1);
    await this.loop.stop();
    this.connected = false;
    this.said = undefined;
    this.state = 'polling';
    await this.parts.database.stopListening();
  }

  private async tick(): Promise<number> {
    const fresh = !this.connected;
    if (fresh) await this.connect();
    const heard = await this.ping();
    this.deaf = fresh && !heard && this.connected;
    if (heard) {
      this.is('live');
      return jittered(PING_EVERY_MS);
    }
    this.connected = false;
    this.is(
      'polling',
      'notifications do not arrive: the connection leads through a pooler in transaction mode, or is dead. Jobs are found each heartBeat.',
    );
    await this.parts.database.stopListening();
    // A connection that once was live has died: at once again. One that never was, is deaf by its nature.
    return this.deaf ? jittered(DEAF_PAUSE_MS) : 0;
  }

  private async connect(): Promise<void> {
    await this.parts.database.listen(
      [this.parts.upkeep.channel, this.pingChannel],
      (channel, payload) => this.hear(channel, payload),
      (error) => {
        this.connected = false;
        this.pong?.(-1);
        this.is('polling', error instanceof Error ? error.message : String(error));
        this.loop.wake();
      },
    );
    this.connected = true;
    // In this order: what is added from now on is heard, and what was added until now is looked for.
    this.parts.caughtUp();
  }

  private hear(channel: string, payload: string): void {
    if (channel === this.pingChannel) {
      this.pong?.(Number(payload));
      return;
    }
    const message = decode(payload, this.parts.self);
    if (message) this.parts.heard(message);
  }

  private async ping(): Promise<boolean> {
    const n = ++this.pings;
    const arrived = new Promise<boolean>((resolve) => {
      this.pong = (heard) => {
        if (heard === n) resolve(true);
        else if (heard < 0) resolve(false);
      };
    });
    await this.parts.upkeep.ping(this.pingChannel, n);
    const heard = await within(PONG_WITHIN_MS, arrived);
    this.pong = undefined;
    return heard === true;
  }

  /** Only this process hears its own pings. */
  private get pingChannel(): string {
    return `${this.parts.upkeep.channel.slice(0, 30)}_${this.parts.self.slice(-8)}`;
  }

  private is(state: 'live' | 'polling', reason?: string): void {
    this.state = state;
    if (this.said === state) return;
    this.said = state;
    this.parts.bus.emit('listen', reason === undefined ? { state } : { state, reason });
  }
}
