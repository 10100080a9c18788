/** The Redis that answers, if one does: its version, how durable it is, and names of queues of our own. */
import { createConnection } from 'node:net';

const HOST = process.env.REDIS_HOST ?? '127.0.0.1';
const PORT = Number(process.env.REDIS_PORT ?? 6_379);
let queues = 0;

export const redisUrl = (): string => `redis://${HOST}:${PORT}/bench-${process.pid}-${++queues}`;

/** Undefined when none answers. */
export async function redisSays(): Promise<string | undefined> {
  try {
    const [info, append, save] = await Promise.all([
      command('INFO', 'server'),
      command('CONFIG', 'GET', 'appendonly'),
      command('CONFIG', 'GET', 'save'),
    ]);
    const version = /redis_version:(\S+)/.exec(info)?.[1] ?? '?';
    // The last answer is the one to QUIT.
    const last = (answer: string) => answer.split('\r\n').at(-3) || '(empty)';
    return `Redis ${version}, appendonly ${last(append)}, save ${last(save)}`;
  } catch {
    return undefined;
  }
}

/** Takes away what a queue left, by name. */
export async function deleteQueue(url: string): Promise<void> {
  const pattern = `bull:${new URL(url).pathname.slice(1)}*`;
  const script = `
    local cursor = '0'
    repeat
      local found = redis.call('scan', cursor, 'match', ARGV[1], 'count', 10000)
      cursor = found[1]
      for i = 1, #found[2], 1000 do redis.call('unlink', unpack(found[2], i, math.min(i + 999, #found[2]))) end
    until cursor == '0'`;
  await command('EVAL', script, '0', pattern);
}

/** One command on a connection of its own. */
async function command(...words: string[]): Promise<string> {
  const text = `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: HOST, port: PORT, timeout: 60_000 });
    let heard = '';
    socket.on('error', reject);
    socket.on('timeout', () => socket.destroy(new Error('Redis does not answer')));
    socket.on('close', () => resolve(heard));
    socket.on('data', (data) => {
      heard += String(data);
      if (heard.startsWith('-')) socket.destroy(new Error(heard.trim()));
    });
    socket.on('connect', () => socket.write(`${text}*1\r\n$4\r\nQUIT\r\n`));
  });
}
