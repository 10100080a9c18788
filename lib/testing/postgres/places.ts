/** Where a server's small things lie under the system's temporary folder. */
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const temporary = (): string => realpathSync(tmpdir());

/** Folders and users get one each, so that they never meet each other's server. */
const placeOf = (what: string): string => {
  const hash = createHash('sha256').update(`${process.getuid?.()} ${what}`).digest('hex').slice(0, 12);
  return join(temporary(), `programma-${hash}`);
};

/** Where those meet who keep their data in this folder. */
export const meetingPlaceOf = (folder: string): string => placeOf(resolve(folder));

/** A place that nobody else knows. */
export const ownPlace = (): Promise<string> => mkdtemp(join(temporary(), 'programma-postgres-'));

/** Where a copy of the programs lies when the server's account cannot reach those that are installed here. */
export const sparePlace = (): string => placeOf(dirname(fileURLToPath(import.meta.url)));
