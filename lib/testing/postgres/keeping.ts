/** What a keeper and those who hold its server say to each other. */
import { join } from 'node:path';
import type { Settings } from './server.js';

export interface Keeping {
  /** A folder of our own under the system's temporary one: the socket, the log, and what finds no place elsewhere. */
  spot: string;
  /** Where the data should live; in `spot` when the server's account cannot go there. */
  home: string;
  /** Where a copy of PostgreSQL's programs may lie, for when the server's account cannot reach the installed ones. */
  spare: string;
  settings: Settings;
  /** False: the data go when the last holder goes. */
  keep: boolean;
}

export type Ask = { act: 'start'; settings?: Settings } | { act: 'stop' } | { act: 'kill' };

export type Told = { url: string; data: string; joined: boolean } | { done: true } | { error: string };

export const socketOf = (keeping: Keeping): string => join(keeping.spot, 'keeper.sock');

export const logOf = (keeping: Keeping): string => join(keeping.spot, 'server.log');
