/** A payment gateway on a bad day: it answers every third call. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';

@Injectable()
export class Gateway {
  private calls = 0;

  /** @param key a charge with a key that was seen before would not be made again */
  async charge(key: string, euros: number, signal: AbortSignal): Promise<string> {
    await sleep(900, undefined, { signal });
    if (++this.calls % 3 !== 0) throw new Error('503: the gateway does not answer');
    return `${euros} euros, receipt ${key.slice(-6)}`;
  }
}
