/**
 * The engines that a run can use: the built one, and copies of it with one part broken on purpose, so that it is seen
 * that the checks can fail. The copies are made here; lib/ has no switch.
 */
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transformFile } from '@swc/core';

export const ENGINES = ['sound', 'unfenced', 'sequence', 'forgetful'] as const;
export type EngineName = (typeof ENGINES)[number];

interface Patch {
  file: string;
  from: string | RegExp;
  to: string;
}

const PATCHES: Readonly<Record<EngineName, readonly Patch[]>> = {
  sound: [],
  /** The statement that writes outcomes asks no longer whose claim the job is under. */
  unfenced: [{ file: 'store/sql/settle-jobs.sql', from: 'and j.claim_id = s.claim_id and j.state', to: 'and j.state' }],
  /** Claims are numbered by a sequence, and not waited for to reach the disk. */
  sequence: [
    {
      file: 'store/sql/claim-jobs.sql',
      from: /insert into programma\.claims \((.*)\)\n(\s*)select /,
      to: "insert into programma.claims (id, $1)\n$2select lpad(nextval('chaos.claim')::text, 32, '0')::uuid, ",
    },
    {
      file: 'store/sql/claim-jobs.sql',
      from: /(taken\.data)\n(from waits)/,
      to: "$1, set_config('synchronous_commit', 'off', true) as async\n$2",
    },
  ],
  /** Every hundredth wake-up and every hundredth outcome is lost on the way. */
  forgetful: [
    {
      file: 'base/loop.js',
      from: /(wakeWithin\(ms\) \{)/,
      to: '$1 if ((globalThis.wakeUps = (globalThis.wakeUps ?? 0) + 1) % 100 === 0) return;',
    },
    {
      file: 'store/claims.js',
      from: /(async settle\(settlements, durable, ms\) \{)/,
      to: `$1
        const kept = settlements.filter(() => (globalThis.outcomes = (globalThis.outcomes ?? 0) + 1) % 100 !== 0);
        if (kept.length < settlements.length) {
          const answers = kept.length > 0 ? await this.settle(kept, durable, ms) : [];
          return settlements.map((s) => answers[kept.indexOf(s)] ?? { answer: 'accepted', waitMs: null, dueMicros: null });
        }`,
    },
  ],
};

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const BUILT = here('./.built');

/** @returns the module of the engine */
export async function engine(name: EngineName): Promise<string> {
  if (name === 'sound') return here('../../dist/engine.js');
  const copy = `${BUILT}/${name}`;
  await rm(copy, { recursive: true, force: true });
  await mkdir(copy, { recursive: true });
  await cp(here('../../dist'), `${copy}/dist`, { recursive: true });
  await symlink(here('../../migrations'), `${copy}/migrations`);
  for (const { file, from, to } of PATCHES[name]) {
    const path = `${copy}/dist/${file}`;
    const before = await readFile(path, 'utf8');
    const after = before.replace(from, to);
    if (after === before) throw new Error(`The engine "${name}" could not be made: ${file} has nothing like ${from}.`);
    await writeFile(path, after);
  }
  return `${copy}/dist/engine.js`;
}

/** The program of the fleet's processes, compiled once: they start often. */
export async function program(): Promise<string> {
  const folder = `${BUILT}/fleet`;
  await mkdir(folder, { recursive: true });
  for (const file of await readdir(here('.'))) {
    if (!file.endsWith('.ts')) continue;
    const { code } = await transformFile(here(`./${file}`), { configFile: here('../../.swcrc'), swcrc: false });
    await writeFile(`${folder}/${file.replace(/\.ts$/, '.js')}`, code);
  }
  return `${folder}/child.js`;
}
