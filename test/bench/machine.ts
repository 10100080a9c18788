/** What a figure is worth depends on where it was measured: machine, versions, load. */
import { readFile } from 'node:fs/promises';
import { cpus, loadavg, release, totalmem, type } from 'node:os';

export interface Machine {
  readonly processors: string;
  readonly memory: string;
  readonly system: string;
  readonly node: string;
  readonly load: string;
  readonly date: string;
}

export function machine(): Machine {
  return {
    processors: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release()}`,
    node: process.version,
    load: load(),
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
  };
}

export const load = (): string =>
  loadavg()
    .map((n) => n.toFixed(1))
    .join(', ');

/** Versions of the packages that are measured, as they are installed. */
export async function versions(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, path] of [
    ['programma', '../../package.json'],
    ...['pg-boss', 'graphile-worker', 'bullmq', 'ioredis', 'pg'].map((peer) => [
      peer,
      `node_modules/${peer}/package.json`,
    ]),
  ] as [string, string][]) {
    const text = await readFile(new URL(path, import.meta.url), 'utf8').catch(() => undefined);
    if (text !== undefined) found[name] = (JSON.parse(text) as { version: string }).version;
  }
  return found;
}
