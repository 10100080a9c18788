/** What is started and stopped, as often and in whatever order somebody likes. */

/** What was said last holds, and a start waits until the stop before it has ended. */
export class Switch {
  private wanted = false;
  private started = false;
  private stopping: Promise<void> | undefined;

  constructor(
    private readonly start: () => void,
    private readonly stop: () => Promise<void>,
  ) {}

  get isOn(): boolean {
    return this.started;
  }

  async on(): Promise<void> {
    this.wanted = true;
    await this.stopping?.catch(() => undefined);
    if (this.started || !this.wanted) return;
    this.started = true;
    this.start();
  }

  async off(): Promise<void> {
    this.wanted = false;
    if (this.started) {
      this.started = false;
      this.stopping = this.stop().finally(() => {
        this.stopping = undefined;
      });
    }
    await this.stopping;
  }
}
