/** Where the brokers are. One that does not answer is left out, with a word, except in CI: there it is a failure. */
import { once } from 'node:events';
import { connect } from 'node:net';

export const REDIS = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
export const AMQP = process.env.AMQP_URL ?? 'amqp://guest:guest@127.0.0.1:5672';

/** @throws in CI, when it does not answer */
export async function answers(name: string, url: string, defaultPort: number): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port || defaultPort), timeout: 3_000 });
  try {
    await once(socket, 'connect');
    return true;
  } catch (cause) {
    if (process.env.CI) throw new Error(`${name} does not answer at ${url}, and in CI it must.`, { cause });
    process.stderr.write(`${name} does not answer at ${url}: its specs are left out.\n`);
    return false;
  } finally {
    socket.destroy();
  }
}
