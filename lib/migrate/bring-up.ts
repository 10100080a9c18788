/** Brings the schema up at a start, or only checks it, and says what it did and found. */
import type { Logger } from '../options/options.js';
import { type Migrator, namesOf } from './migrator.js';

/** @throws SchemaError when it is behind and may not be migrated, or newer than this code can work with */
export async function bringUp(migrator: Migrator, migrate: boolean, schema: string, log: Logger): Promise<void> {
  const steps = migrate ? await migrator.up() : [];
  const { newer } = await migrator.check();
  if (steps.length > 0) log.log(`Schema "${schema}": applied ${namesOf(steps.map((step) => step.applied))}.`);
  if (newer.length > 0)
    log.warn(
      `The schema "${schema}" is newer than this code (${namesOf(newer)}). It says that older code works; deploy the newer version soon.`,
    );
}
