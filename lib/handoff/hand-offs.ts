/** Which topics go to which target: named ones at once, those that fit a pattern when a job of theirs is seen. */
import { OptionsError } from '../base/errors.js';
import { Loop } from '../base/loop.js';
import { Topic } from '../job/define-topic.js';
import { matches, topicFault } from '../job/topic.js';
import type { HandlerOptions } from '../options/handler-options.js';
import type { Ends } from '../worker/batch.js';
import type { Handler } from '../worker/handler.js';
import type { Job } from '../worker/job.js';
import { HandOff, type Surroundings } from './hand-off.js';
import { type Target, targetFault } from './target.js';

export interface HandOffParts extends Surroundings {
  /** Makes the handler of a topic. @throws DuplicateHandlerError, OptionsError */
  enlist(topic: string | Topic, options: HandlerOptions, run: (jobs: Job[]) => Promise<Ends>, where: string): Handler;
  /** Claims nothing more for it; resolves when what it has in hand has ended. */
  dismiss(handler: Handler): Promise<void>;
  /** Whether somebody works on the topic already. */
  taken(topic: string): boolean;
  /** Looking for topics, or closing a target. */
  failed(error: unknown): void;
}

interface Road {
  readonly pattern: string;
  readonly handOff: HandOff;
  readonly handlers: Set<Handler>;
}

/** How long a topic that nobody announced may stay unseen. */
const LOOK_AGAIN_MS = 10_000;

export class HandOffs {
  private readonly drivers = new Map<Target, HandOff>();
  private readonly patterns = new Set<Road>();
  private readonly finding: Loop;
  private waitingTopics: (() => Promise<readonly string[]>) | undefined;

  constructor(private readonly parts: HandOffParts) {
    this.finding = new Loop(() => this.find(), parts.failed);
  }

  /** Whether new topics are to be heard of. */
  get listens(): boolean {
    return this.patterns.size > 0;
  }

  /** @throws DuplicateHandlerError, OptionsError */
  add(topic: string | Topic, target: Target): { readonly topic: string; stop(): Promise<void> } {
    const pattern = topic instanceof Topic ? topic.name : topic;
    const fault = topicFault(pattern) ?? targetFault(target);
    if (fault) throw new OptionsError([fault], `handOff('${String(pattern)}')`);
    const road: Road = { pattern, handOff: this.driverOf(target), handlers: new Set() };
    if (pattern.includes('*')) {
      this.patterns.add(road);
      this.finding.wake();
      // A process that had no handler did not listen until now.
      this.parts.look();
    } else this.open(road, topic);
    return { topic: pattern, stop: () => this.close(road) };
  }

  /** @param waitingTopics the topics of which a job waits */
  start(waitingTopics: () => Promise<readonly string[]>): void {
    this.waitingTopics = waitingTopics;
    for (const handOff of this.drivers.values()) handOff.start();
    this.finding.start();
  }

  /** To be called when what is in hand has ended. */
  async stop(): Promise<void> {
    this.waitingTopics = undefined;
    const parts = [this.finding, ...this.drivers.values()];
    // A target of somebody's own that cannot be closed keeps nobody else from being closed.
    await Promise.all(parts.map((part) => part.stop().catch(this.parts.failed)));
  }

  /** A job of this topic waits: the narrowest pattern that fits it takes it, unless somebody works on it already. */
  heard(topic: string): void {
    if (this.patterns.size === 0 || this.parts.taken(topic)) return;
    const fitting = [...this.patterns].filter(({ pattern }) => matches(pattern, topic));
    const [road] = fitting.sort((a, b) => b.pattern.length - a.pattern.length);
    if (road) this.open(road, topic);
  }

  private open({ pattern, handOff, handlers }: Road, topic: string | Topic): void {
    const handler = this.parts.enlist(topic, handOff.handlerOptions, handOff.run, `handOff('${pattern}')`);
    handOff.serve(handler);
    handlers.add(handler);
  }

  private async close(road: Road): Promise<void> {
    this.patterns.delete(road);
    await Promise.all([...road.handlers].map((handler) => this.parts.dismiss(handler)));
    for (const handler of road.handlers) road.handOff.leave(handler);
  }

  private async find(): Promise<number> {
    if (this.patterns.size === 0 || !this.waitingTopics) return Number.POSITIVE_INFINITY;
    for (const topic of await this.waitingTopics()) this.heard(topic);
    return LOOK_AGAIN_MS;
  }

  private driverOf(target: Target): HandOff {
    let driver = this.drivers.get(target);
    if (!driver) {
      driver = new HandOff(target, this.parts);
      if (this.waitingTopics) driver.start();
      this.drivers.set(target, driver);
    }
    return driver;
  }
}
