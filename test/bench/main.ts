/** `npm run bench -- [scenario …] [--rounds n] [--only contender,…] …`: measures, and writes Markdown, JSON and a chart. */
import { mkdir, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Bench, type Options } from './bench.js';
import type { Variant } from './contender.js';
import { VARIANTS, variant } from './contenders/index.js';
import { load, machine, versions } from './machine.js';
import { secondsOf } from './measure.js';
import { redisSays } from './redis.js';
import { markdown } from './report/markdown.js';
import { figure, type Result, type Row, type Run } from './report/results.js';
import type { Scenario } from './scenario.js';
import { SCENARIOS } from './scenarios/index.js';
import { Server } from './server.js';

const ROUNDS = 3;
const USAGE = `npm run bench -- [scenario …] [options]
  scenarios: ${SCENARIOS.map(({ name }) => name).join(', ')}  (none: all, about an hour and a half)
  --rounds n          default 3 (one where a round takes minutes)
  --only a,b          contenders: ${VARIANTS.map(({ name }) => name).join(', ')}
  --scale 0.1         a tenth of the jobs: to try the harness
  --future 10000000   jobs that lie in the future, in \`future\` and \`future15\`
  --minutes 10        of \`churn\`
  --out folder        default bench-results`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    only: { type: 'string' },
    scale: { type: 'string', default: '1' },
    future: { type: 'string' },
    minutes: { type: 'string' },
    out: { type: 'string', default: 'bench-results' },
    help: { type: 'boolean', default: false },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const numberOr = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

if (values.help) {
  say(USAGE);
  process.exit();
}

const options: Options = {
  rounds: numberOr(values.rounds),
  scale: Number(values.scale),
  future: numberOr(values.future),
  minutes: numberOr(values.minutes),
};
const only = values.only?.split(',').map((name) => variant(name).name);
const chosen = positionals.length === 0 ? SCENARIOS : positionals.map(scenarioOf);
const redis = await redisSays();
const about = machine();
const found: Result[] = [];
let serverVersion = '';

for (const scenario of chosen) {
  found.push(await measured(scenario));
  // After each, so that a run that is broken off has said what it knows.
  await write();
}
say(`\nwritten: ${resolve(values.out)}/results.md, results.json, chart.svg`);

async function measured(scenario: Scenario): Promise<Result> {
  const contenders = scenario.contenders
    .filter((name) => !only || only.includes(name))
    .map(variant)
    .filter(({ on }) => on !== 'redis' || redis !== undefined);
  const rounds = options.rounds ?? scenario.rounds ?? ROUNDS;
  const notes: string[] = [];
  if (redis === undefined) notes.push('No Redis answered: BullMQ on Redis was not measured.');
  const rows = new Map(contenders.map((one) => [one.name, { values: {} as Record<string, number[]>, failed: '' }]));
  const server = await Server.embedded();
  serverVersion = await server.version();
  const loadBefore = load();
  say(`\n${scenario.name} (${rounds} rounds, load ${loadBefore})`);
  const seconds = await secondsOf(async () => {
    const { turn, end } = scenario.start(new Bench(server, options, notes));
    try {
      for (let round = 0; round < rounds; round++) {
        const order = contenders
          .map((_, i) => contenders[(i + round) % contenders.length])
          .filter((one) => one !== undefined);
        const take = (one: Variant) => takeTurn(one, turn, rows.get(one.name), round);
        if (scenario.atOnce) await Promise.all(order.map(take));
        else for (const one of order) await take(one);
      }
    } finally {
      await end?.();
      await server.release();
    }
  });
  return {
    scenario: scenario.name,
    about: scenario.about,
    metrics: scenario.metrics,
    rounds,
    rows: contenders.map(({ name, title }): Row => {
      const row = rows.get(name);
      return { contender: name, title, rounds: row?.values ?? {}, ...(row?.failed && { failed: row.failed }) };
    }),
    notes,
    loadBefore,
    loadAfter: load(),
    seconds,
  };
}

async function takeTurn(
  one: Variant,
  turn: (one: Variant) => Promise<Readonly<Record<string, number>>>,
  row: { values: Record<string, number[]>; failed: string } | undefined,
  round: number,
): Promise<void> {
  if (!row) return;
  try {
    const figures = await turn(one);
    for (const [key, value] of Object.entries(figures)) row.values[key] = [...(row.values[key] ?? []), value];
    say(
      `  ${round + 1}. ${one.name.padEnd(24)} ${Object.entries(figures)
        .map(([key, value]) => `${key} ${figure(value)}`)
        .join('   ')}`,
    );
  } catch (error) {
    // A contender that fails is a finding, not the end of the run.
    row.failed = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    say(`  ${round + 1}. ${one.name.padEnd(24)} failed: ${error instanceof Error ? error.stack : error}`);
  }
}

async function write(): Promise<void> {
  const measuredNames = new Set(found.flatMap(({ rows }) => rows.map(({ contender }) => contender)));
  const run: Run = {
    command: `npm run bench${process.argv.length > 2 ? ' -- ' : ''}${process.argv.slice(2).join(' ')}`,
    machine: about,
    versions: await versions(),
    server: `PostgreSQL ${serverVersion}, embedded, durable by default (fsync and synchronous_commit on)`,
    redis: redis ?? 'no Redis',
    scale: options.scale,
    settings: VARIANTS.filter(({ name }) => measuredNames.has(name)).flatMap(({ title, settings }) =>
      settings.map((setting) => ({ contender: title, ...setting })),
    ),
    results: found,
  };
  await mkdir(values.out, { recursive: true });
  await writeFile(`${values.out}/results.json`, `${JSON.stringify(run, undefined, 2)}\n`);
  await writeFile(`${values.out}/results.md`, markdown(run));
  const { chart } = await import('./report/chart.js');
  await writeFile(`${values.out}/chart.svg`, await chart(run));
}

function scenarioOf(name: string): Scenario {
  const found = SCENARIOS.find((one) => one.name === name);
  if (!found) {
    say(`No scenario "${name}".\n${USAGE}`);
    process.exit(2);
  }
  return found;
}
