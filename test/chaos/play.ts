/** One run: a fleet works and is struck, comes to rest, and what was testified is asked. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BLOWS, type Blow, Blows } from './blows.js';
import { Chance } from './chance.js';
import { type Check, type Counts, checks, counts } from './checks.js';
import { collect } from './collect.js';
import type { EngineName } from './engines.js';
import { Fleet } from './fleet.js';
import { aScene, ask, untilItAnswers } from './scene.js';

export interface Play {
  engine: EngineName;
  seed: number;
  seconds: number;
  processes: number;
  leaseSeconds: number;
  /** Jobs come many at once, and then none for a while. */
  bursts?: boolean;
  /** How often jobs come that stop their process beyond its lease, of about a thousand. */
  blocks?: number;
  /** Between two blows, in milliseconds. */
  pauseMs?: readonly [number, number];
  weights: Readonly<Record<Blow, number>>;
  least: Partial<Record<Blow, number>>;
}

export interface Outcome {
  play: Play;
  /** What has not ended when the time to come to rest was over. */
  unfinished: number;
  diedByThemselves: readonly string[];
  checks: Check[];
  counts: Counts;
}

/**
 * Nobody is struck any more, and nothing is added: what has not ended comes to its end, slowly on a slow machine. When
 * for so long no job has ended, none will.
 */
const STANDSTILL_MS = 60_000;

export async function run(play: Play, say: (line: string) => void): Promise<Outcome> {
  const scene = await aScene(play.engine);
  try {
    const chance = new Chance(play.seed);
    const fleet = new Fleet(scene, chance, {
      LEASE: String(play.leaseSeconds),
      ...(play.bursts && { BURSTS: 'yes' }),
      ...(play.blocks && { BLOCKS: String(play.blocks) }),
    });
    for (let i = 0; i < play.processes; i++) fleet.add();
    await fleet.untilReady();
    say(`${play.engine}: ${play.processes} processes work; ${play.seconds} s of blows begin (seed ${play.seed}).`);
    const blows = new Blows(scene, fleet, chance, play.leaseSeconds * 1_000);
    await blows.fall(play.seconds * 1_000, play.weights, play.least, play.pauseMs);
    fleet.hush();
    await untilItAnswers(scene.struck.url);
    const unfinished = await untilAtRest(scene.struck.url, STANDSTILL_MS + play.leaseSeconds * 2_000);
    if (unfinished !== 0) say(JSON.stringify(await ask(scene.struck.url, WHAT_IS_LEFT), null, 1));
    await fleet.end();
    const client = await collect(scene, fleet, blows.struck);
    const outcome = {
      play,
      unfinished,
      diedByThemselves: fleet.diedByThemselves,
      checks: await checks(client),
      counts: await counts(client),
    };
    await client.end();
    return outcome;
  } finally {
    await scene.end();
  }
}

/** What a run is to be asked that did not come to rest. */
const WHAT_IS_LEFT = `
  select (select json_agg(q) from (
            select j.state, j.data ->> 'kind' as kind, j.attempts, j.run_after - now() as due, j.errors -> -1 as error
            from programma.jobs j where j.state in ('created', 'active', 'processing') limit 10) q) as jobs,
         (select json_agg(c) from (
            select worker, expires_at - now() as ends, open, cardinality(job_ids) as listed from programma.claims limit 10) c) as claims,
         (select json_agg(a) from (
            select state, wait_event, now() - state_change as since, left(query, 60) as query, count(*)
            from pg_stat_activity where backend_type = 'client backend' group by 1, 2, 3, 4 order by 3 limit 40) a) as connections`;

/** @returns how many jobs have not ended when for `ms` none has */
async function untilAtRest(url: string, ms: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let until = Date.now() + ms; ; await sleep(250)) {
    const [row] = await ask(
      url,
      `select (select count(*) from programma.queue)::int + (select count(*) from programma.claims)::int as n,
              (select count(*) from programma.jobs where state in ('created', 'active', 'processing'))::int as jobs`,
    ).catch(() => []);
    if (row?.n === 0 && row.jobs === 0) return 0;
    if (Number(row?.jobs ?? least) < least) {
      least = Number(row?.jobs);
      until = Date.now() + ms;
    }
    if (Date.now() > until) return Number(row?.jobs ?? -1);
  }
}

export const NO_BLOWS = Object.fromEntries(Object.keys(BLOWS).map((blow) => [blow, 0])) as Record<Blow, number>;
