/** Whether there is a Redis, and the packages that speak to it: without them the app does all its work itself. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { BullMQ as BullMQPackage, Bull as BullPackage } from './clients.js';

export const redisUrl = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';

async function answers(): Promise<boolean> {
  const { hostname, port } = new URL(redisUrl);
  const socket = connect({ host: hostname, port: Number(port || 6379), timeout: 3_000 });
  socket.on('timeout', () => socket.destroy());
  const answer = await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => undefined);
  const isThere = answer !== undefined && !socket.destroyed;
  socket.destroy();
  return isThere;
}

const isThere = await answers();

/** The package of this name, or undefined: there is no Redis, or the package is not installed. */
async function ifThere<Package>(name: string): Promise<Package | undefined> {
  return isThere ? import(name).catch(() => undefined) : undefined;
}

const BullMQ = await ifThere<BullMQPackage>('bullmq');
export const bullmq = BullMQ && { ...BullMQ, ...(await import('programma/handoff/bullmq')) };

export const Bull = (await ifThere<BullPackage>('bull'))?.default;
