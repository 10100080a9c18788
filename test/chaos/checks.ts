/** Asks the single queries: a row that one of them answers is a promise that was broken. */
import { readdir, readFile } from 'node:fs/promises';
import type pg from 'pg';

export interface Check {
  name: string;
  /** The first line of its file. */
  promise: string;
  broken: Record<string, unknown>[];
}

const folder = new URL('./sql/', import.meta.url);

export async function checks(client: pg.Client): Promise<Check[]> {
  const all: Check[] = [];
  for (const file of (await readdir(folder)).sort()) {
    const sql = await readFile(new URL(file, folder), 'utf8');
    const promise = (sql.match(/^(-- .*\n)+/)?.[0] ?? '').replaceAll(/^-- /gm, '').replaceAll('\n', ' ').trim();
    all.push({ name: file.replace('.sql', ''), promise, broken: (await client.query(sql)).rows });
  }
  return all;
}

export interface Counts {
  blows: { blow: string; fell: number; add: number; claim: number; settle: number }[];
  heldTwice: number;
  totals: Record<string, number>;
  standstill: { blow: string; n: number; median: number; worst: number }[];
  recovery: { n: number; median: number | null; worst: number | null };
}

export async function counts(client: pg.Client): Promise<Counts> {
  const rows = async (name: string): Promise<never[]> =>
    (await client.query(await readFile(new URL(`./counts/${name}.sql`, import.meta.url), 'utf8'))).rows as never[];
  const [held] = await rows('held-twice');
  const [totals] = await rows('totals');
  const [recovery] = await rows('recovery');
  return {
    blows: await rows('blows'),
    standstill: await rows('standstill'),
    heldTwice: (held as unknown as { n: number }).n,
    totals: totals as unknown as Record<string, number>,
    recovery: recovery as unknown as Counts['recovery'],
  };
}
