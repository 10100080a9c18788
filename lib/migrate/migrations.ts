/** The migrations that come with this version: numbered SQL files, up and down. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Applied } from '../store/ledger.js';

export interface Migration extends Applied {
  readonly up: string;
  readonly down: string;
}

const FOLDER = new URL('../../migrations/', import.meta.url);
const NAME = /^(\d{4})-(.+)\.up\.sql$/;
const FIRST_LINE = /^-- older code: (works|stops)\n/;

/** In order. @param folder where they lie; a test brings its own */
export function migrations(folder: URL = FOLDER): Migration[] {
  return readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const [, digits, name] = NAME.exec(file) ?? [];
      if (digits === undefined || name === undefined) return [];
      const up = readFileSync(new URL(file, folder), 'utf8');
      const olderCode = FIRST_LINE.exec(up)?.[1] as Applied['olderCode'] | undefined;
      if (!olderCode) throw new Error(`migrations/${file}: its first line must be "-- older code: works" or "stops"`);
      const down = readFileSync(new URL(file.replace('.up.sql', '.down.sql'), folder), 'utf8');
      return [{ version: Number(digits), name, olderCode, up, down }];
    });
}
