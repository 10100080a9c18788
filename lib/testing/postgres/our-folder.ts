/** Makes a folder under the system's temporary one, which is everybody's: what lies there by a known name must be ours. */
import { chmod, lstat, mkdir } from 'node:fs/promises';
import { EmbeddedPostgresError } from '../../base/errors.js';

export async function makeOurs(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { uid } = await lstat(folder);
  if (process.getuid && uid !== process.getuid()) {
    throw new EmbeddedPostgresError(`${folder} belongs to another user. Remove it, or use a database that is there.`);
  }
  // The server's account passes through; nobody else can list it.
  await chmod(folder, 0o711);
}
