/** The first port from `from` on that nobody listens at. */
import { once } from 'node:events';
import { createServer } from 'node:net';

export async function freePort(from: number): Promise<number> {
  const server = createServer();
  try {
    await once(server.listen(from), 'listening');
    return from;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return freePort(from + 1);
  } finally {
    server.close();
  }
}
