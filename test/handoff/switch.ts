/** A way to a broker that can be shut and opened again, under one address. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { atTheEnd } from '../support/at-the-end.js';

export interface Switch {
  /** The broker's url, by way of the switch. */
  url: string;
  /** Resets every connection, and refuses new ones. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** While true, connections stay and carry nothing, new ones too: a network that has parted. */
  parted: boolean;
  /** How many connections there are. */
  readonly connections: number;
}

export async function aSwitch(url: string, defaultPort: number): Promise<Switch> {
  const { hostname, port } = new URL(url);
  const pairs = new Set<[Socket, Socket]>();
  let door: Server | undefined;
  let address = 0;

  function letIn(client: Socket): void {
    const server = connect({ host: hostname, port: Number(port || defaultPort), noDelay: true });
    const pair: [Socket, Socket] = [client, server];
    pairs.add(pair);
    for (const [from, to] of [pair, [server, client] as const]) {
      from.on('data', (bytes) => !way.parted && to.writable && to.write(bytes));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.destroy();
        pairs.delete(pair);
      });
    }
  }

  const way: Switch = {
    url,
    parted: false,
    get connections() {
      return pairs.size;
    },
    async down() {
      if (!door) return;
      const closing = once(door, 'close');
      door.close();
      for (const [client, server] of pairs) for (const socket of [client, server]) socket.resetAndDestroy();
      await closing;
      door = undefined;
    },
    async up() {
      if (door) return;
      door = createServer({ noDelay: true }, letIn);
      door.listen(address, '127.0.0.1');
      await once(door, 'listening');
      const listening = door.address();
      if (listening !== null && typeof listening === 'object') address = listening.port;
    },
  };
  await way.up();
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String(address);
  way.url = through.href;
  atTheEnd(() => way.down());
  return way;
}
