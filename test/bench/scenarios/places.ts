/** A place a contender that stays from round to round: what is loaded into it takes too long to be loaded each time. */
import type { Agents, Bench } from '../bench.js';
import type { Variant } from '../contender.js';
import type { Server } from '../server.js';

export class Places {
  private readonly made = new Map<string, { url: string; free(): Promise<void> }>();

  /** @param fill what is done in a new one, with the contender open and not working */
  constructor(
    private readonly bench: Bench,
    private readonly fill: (agents: Agents, url: string, variant: Variant) => Promise<void>,
    private readonly server: () => Promise<Server> = async () => bench.server,
  ) {}

  async of(variant: Variant): Promise<string> {
    const there = this.made.get(variant.name);
    if (there) return there.url;
    const place = await this.bench.place(variant, await this.server());
    this.made.set(variant.name, place);
    await this.bench.on(place.url, variant, (agents) => this.fill(agents, place.url, variant));
    return place.url;
  }

  async free(): Promise<void> {
    for (const { free } of this.made.values()) await free();
  }
}
