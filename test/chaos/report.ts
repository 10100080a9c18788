/** Says what a run amounts to: tables for people, faults for the exit code, figures for docs/RELIABILITY.md. */
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import type { Outcome } from './play.js';

/** The run does not count below this. */
const LEAST_HELD_TWICE = 20;
const MUST_BE_FOUND_OUT = new Set(['unfenced', 'sequence']);

const brokenOf = (outcome: Outcome) => outcome.checks.filter(({ broken }) => broken.length > 0);

/** What is wrong with the run, or, for an engine that was broken on purpose, that nobody saw it. */
export function faultsOf(outcome: Outcome): string[] {
  const { engine } = outcome.play;
  const broken = brokenOf(outcome);
  if (MUST_BE_FOUND_OUT.has(engine))
    return broken.length > 0 ? [] : [`The engine "${engine}" was not found out: the checks prove nothing.`];
  return [
    ...broken.map(
      ({ name, broken }) => `${engine}: ${name} is broken by ${broken.length}: ${JSON.stringify(broken.slice(0, 3))}`,
    ),
    ...(outcome.unfinished === 0 ? [] : [`${engine}: ${outcome.unfinished} jobs did not come to an end.`]),
    ...outcome.diedByThemselves.map((last) => `${engine}: a process ended by itself: ${last}`),
    ...(engine === 'sound' ? missesOf(outcome) : []),
  ];
}

/** What did not happen often enough for the run to count. */
function missesOf({ counts }: Outcome): string[] {
  return [
    ...counts.blows.flatMap(({ blow, ...acts }) =>
      Object.entries(acts).flatMap(([act, n]) => (n === 0 ? [`No "${blow}" fell while ${act} was in flight.`] : [])),
    ),
    ...(counts.heldTwice >= LEAST_HELD_TWICE
      ? []
      : [`Only ${counts.heldTwice} jobs were held by two processes at once: the run does not count.`]),
  ];
}

export function tableOf(outcome: Outcome): string {
  const { counts, checks, play } = outcome;
  const { jobs, completed, failed, runs, acknowledged, rolled_back, unknown, processes, leases_lost } = counts.totals;
  return `
**Engine: ${play.engine}** (${play.seconds} s, seed ${play.seed})

| blow | fell | add in flight | claim in flight | settle in flight |
| --- | ---: | ---: | ---: | ---: |
${counts.blows.map((b) => `| ${b.blow} | ${b.fell} | ${b.add} | ${b.claim} | ${b.settle} |`).join('\n')}

| | |
| --- | ---: |
| jobs (completed, failed as they should) | ${jobs} (${completed}, ${failed}) |
| runs of handlers | ${runs} |
| adds acknowledged, rolled back, of unknown outcome | ${acknowledged}, ${rolled_back}, ${unknown} |
| processes, one after the other | ${processes} |
| leases lost | ${leases_lost} |
| jobs that two processes really held at once | ${counts.heldTwice} |
| from the end of a killed process's lease until its job waits again: median, worst of ${counts.recovery.n} | ${counts.recovery.median ?? '–'} ms, ${counts.recovery.worst ?? '–'} ms |

${standstillOf(counts.standstill)}
| promise | broken by |
| --- | ---: |
${checks.map(({ promise, broken }) => `| ${promise} | ${broken.length} |`).join('\n')}
`;
}

const standstillOf = (rows: Outcome['counts']['standstill']): string =>
  rows.length === 0
    ? ''
    : `| until a job was claimed again after | of | median | worst |
| --- | ---: | ---: | ---: |
${rows.map((r) => `| ${r.blow} | ${r.n} | ${r.median} ms | ${r.worst} ms |`).join('\n')}
`;

const DOC = new URL('../../docs/RELIABILITY.md', import.meta.url);
const BEGIN = '<!-- chaos: begin -->';
const END = '<!-- chaos: end -->';

/** Between the two marks of docs/RELIABILITY.md; what people wrote around them stays. */
export async function write(outcomes: readonly Outcome[], command: string): Promise<void> {
  const doc = await readFile(DOC, 'utf8');
  const [before, after] = [doc.indexOf(BEGIN), doc.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`docs/RELIABILITY.md has no "${BEGIN}" … "${END}".`);
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, Node ${process.versions.node}`;
  const figures = `${BEGIN}\nMade by \`${command} --write\` on ${machine}.\n${outcomes.map(tableOf).join('\n')}\n`;
  await writeFile(DOC, doc.slice(0, before) + figures + doc.slice(after));
}
