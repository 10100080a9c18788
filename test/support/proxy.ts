/** A TCP proxy before a server: it delays, cuts, and swallows, as networks do. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface TestProxy {
  /** The server's url, by way of the proxy. */
  url: string;
  /** Milliseconds that everything takes longer, each way. */
  delayMs: number;
  /** How many connections lead through it and are not swallowed. */
  open(): number;
  /** Resets every connection. */
  cut(): void;
  /** The connections there are stay open and carry nothing any more, in neither direction, for ever. */
  swallow(): void;
  /** Resets those that are swallowed, as a network does that has forgotten them. */
  bury(): void;
  /** Also new connections are taken and carry nothing, until it is false again. */
  swallowing: boolean;
  /** The next statement of this name reaches the server; instead of its answer comes the end of the connection. */
  loseAnswerTo(statement: string): void;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  swallowed: boolean;
  /** What the server says next is not heard any more. */
  doomed: boolean;
}

export async function aProxy(url: string): Promise<TestProxy> {
  const { hostname, port } = new URL(url);
  const pairs = new Set<Pair>();
  let lost: string | undefined;
  const door = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const server = connect({ host: hostname, port: Number(port), noDelay: true, allowHalfOpen: true });
    const pair: Pair = { client, server, swallowed: proxy.swallowing, doomed: false };
    pairs.add(pair);
    client.on('data', (bytes) => {
      if (lost === undefined || !bytes.includes(lost)) return;
      lost = undefined;
      pair.doomed = true;
    });
    server.on('data', () => pair.doomed && end(pair));
    join(pair, client, server);
    join(pair, server, client);
  });

  function join(pair: Pair, from: Socket, to: Socket): void {
    const later = (act: () => void) => {
      const unlessSwallowed = () => pair.swallowed || act();
      if (proxy.delayMs > 0) setTimeout(unlessSwallowed, proxy.delayMs);
      else unlessSwallowed();
    };
    from.on('data', (bytes) => later(() => to.writable && to.write(bytes)));
    // Half open is allowed, so that where packets vanish a goodbye is not answered either.
    from.on('end', () => later(() => to.end()));
    from.on('error', () => later(() => to.resetAndDestroy()));
    from.on('close', () => {
      later(() => to.destroySoon());
      // What is swallowed stays: the other side must not hear of it.
      if (!pair.swallowed) pairs.delete(pair);
    });
  }

  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  const address = door.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');
  const through = new URL(url);
  through.port = String(address.port);
  const end = (pair: Pair) => {
    pair.client.resetAndDestroy();
    pair.server.resetAndDestroy();
    pairs.delete(pair);
  };
  const proxy: TestProxy = {
    url: through.href,
    delayMs: 0,
    swallowing: false,
    open: () => [...pairs].filter((pair) => !pair.swallowed).length,
    cut() {
      for (const pair of [...pairs]) if (!pair.swallowed) end(pair);
    },
    swallow() {
      for (const pair of pairs) pair.swallowed = true;
    },
    bury() {
      for (const pair of [...pairs]) if (pair.swallowed) end(pair);
    },
    loseAnswerTo(statement) {
      lost = statement;
    },
    async close() {
      for (const pair of [...pairs]) end(pair);
      door.close();
      await once(door, 'close');
    },
  };
  return proxy;
}
