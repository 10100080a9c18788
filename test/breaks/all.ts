/** Every break, and what each makes of the project. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ADDING_JOBS } from './adding.js';
import { AT_ONCE } from './at-once.js';
import { ATTRIBUTES_AND_WAITING } from './attributes.js';
import type { Break } from './break.js';
import { BROKERS } from './brokers.js';
import { CLAIMING_JOBS } from './claiming.js';
import { CONNECTIONS } from './connections.js';
import { ENGINE } from './engine.js';
import { FRONT } from './front.js';
import { HAND_OFF } from './hand-off.js';
import { HANDLERS_OF_NEST } from './handlers-of-nest.js';
import { HOUSE } from './house.js';
import { KIT_AND_HEALTH } from './kit-and-health.js';
import { LIFE_OF_NEST } from './life-of-nest.js';
import { MEETINGS } from './meetings.js';
import { MOVING_JOBS } from './moving.js';
import { OUTCOMES } from './outcomes.js';
import { PLANS } from './plans.js';
import { PROMISES } from './promises.js';
import { RECURRING } from './recurring.js';
import { REFUSING } from './refusing.js';
import { SAMPLE_APP } from './sample-app.js';
import { SCHEMA } from './schema.js';
import { STRUCTURE } from './structure.js';
import { TELEMETRY_BREAKS } from './telemetry.js';
import { TRANSACTIONS } from './transactions.js';

export const BREAKS: readonly Break[] = [
  ...[STRUCTURE, SCHEMA, ADDING_JOBS, AT_ONCE, REFUSING, CLAIMING_JOBS, PLANS, OUTCOMES, MOVING_JOBS],
  ...[ATTRIBUTES_AND_WAITING, ENGINE, HOUSE, FRONT, HANDLERS_OF_NEST, LIFE_OF_NEST, SAMPLE_APP],
  ...[PROMISES, CONNECTIONS, MEETINGS, TRANSACTIONS, RECURRING, KIT_AND_HEALTH, TELEMETRY_BREAKS, HAND_OFF, BROKERS],
].flat();

/** What is written, and what was built of it: the ORMs' suite, Nest's, the sample app's and child processes use that. */
const placesOf = (home: string, file: string): string[] => {
  const built = file.replace('../sample-app/', '../dist-sample/').replace(/ts$/, 'js');
  return [...new Set([join(home, 'lib', file), join(home, 'dist', built)])];
};

/**
 * The files that a break changes, by their paths, as they are and as it makes them.
 * @throws Error when something that it would change is not there any more
 */
export async function broken(one: Break, home: string): Promise<Map<string, { before: string; after: string }>> {
  const texts = new Map<string, { before: string; after: string }>();
  for (const { file, from, to } of one.changes) {
    let found = false;
    for (const path of placesOf(home, file)) {
      const before = texts.get(path)?.before ?? (await readFile(path, 'utf8').catch(() => ''));
      const text = texts.get(path)?.after ?? before;
      const after = typeof from === 'string' ? text.replaceAll(from, () => to) : text.replace(from, to);
      if (after === text) continue;
      found = true;
      texts.set(path, { before, after });
    }
    if (!found) throw new Error(`"${one.what}": ${file} has nothing like ${from}`);
  }
  return texts;
}
