/** Waits for what no event tells: the state of another process. Inside one process, wait for the event instead. */
import { setTimeout as sleep } from 'node:timers/promises';

export async function eventually(holds: () => Promise<boolean> | boolean, withinMs = 10_000): Promise<void> {
  const until = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > until) throw new Error(`It did not come true within ${withinMs} ms: ${holds}`);
    await sleep(20);
  }
}
