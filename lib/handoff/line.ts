/** A connection to a broker: made when it is needed, let go when it is doubtful. */
import { within } from '../base/clock.js';

const GOODBYE_MS = 2_000;

export class Line<Client> {
  private client: Promise<Client> | undefined;

  constructor(
    private readonly open: () => Client | Promise<Client>,
    private readonly end: (client: Client) => unknown,
  ) {}

  get(): Promise<Client> {
    this.client ??= this.opened();
    return this.client;
  }

  /** Whoever comes next gets a new one. Resolves when this one has said goodbye, or has not in 2 s. */
  async close(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    const goodbye = client?.then(this.end).catch(() => undefined);
    if (goodbye) await within(GOODBYE_MS, goodbye);
  }

  /** The connection has ended by itself, or a part of it: whatever is left of it is let go. */
  lost(client: Client): void {
    this.client?.then(
      (mine) => {
        if (mine === client) void this.close();
      },
      // Whoever wanted the connection hears that it could not be made.
      () => undefined,
    );
  }

  private async opened(): Promise<Client> {
    try {
      return await this.open();
    } catch (error) {
      this.client = undefined;
      throw error;
    }
  }
}
