/** Holds an embedded server for tests: its data live in a temporary folder and go when the last holder goes. */
import { fileURLToPath } from 'node:url';
import { type Held, hold } from '../../lib/testing/postgres/hold.js';
import { ownPlace, sparePlace } from '../../lib/testing/postgres/places.js';
import type { Settings } from '../../lib/testing/postgres/server.js';

// `fsync` and `synchronous_commit` stay on: some tests are about durability.
const SETTINGS: Settings = {
  max_connections: '300',
  shared_buffers: '256MB',
  // No checkpoint in the middle of what is measured.
  max_wal_size: '4GB',
  checkpoint_timeout: '30min',
};

export async function holdAServer(settings: Settings = {}): Promise<Held> {
  const spot = await ownPlace();
  const typescript = fileURLToPath(new URL('./typescript.mjs', import.meta.url));
  return hold({ spot, home: spot, spare: sparePlace(), settings: { ...SETTINGS, ...settings }, keep: false }, [
    '--import',
    typescript,
  ]);
}
