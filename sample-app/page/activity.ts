/** Shows events: counts what happened to this process's jobs in the last five minutes. */
import { Injectable } from '@nestjs/common';
import { OnJobEvent } from 'programma';

export const STEP_SECONDS = 5;
const STEPS = 60;

export interface Step {
  /** Milliseconds since 1970 at which it began. */
  at: number;
  completed: number;
  retried: number;
  failed: number;
}

@Injectable()
export class Activity {
  private readonly steps = new Map<number, Step>();

  @OnJobEvent('job:completed')
  completed(): void {
    this.now().completed++;
  }

  @OnJobEvent('job:retried')
  retried(): void {
    this.now().retried++;
  }

  @OnJobEvent('job:failed')
  failed(): void {
    this.now().failed++;
  }

  /** The oldest first, without gaps. */
  lastSteps(): Step[] {
    const last = this.now().at;
    return Array.from({ length: STEPS }, (_, back) => this.step(last - (STEPS - 1 - back) * STEP_SECONDS * 1_000));
  }

  private now(): Step {
    const ms = STEP_SECONDS * 1_000;
    const at = Math.floor(Date.now() / ms) * ms;
    const step = this.step(at);
    this.steps.set(at, step);
    for (const old of this.steps.keys()) if (old <= at - STEPS * ms) this.steps.delete(old);
    return step;
  }

  private step(at: number): Step {
    return this.steps.get(at) ?? { at, completed: 0, retried: 0, failed: 0 };
  }
}
