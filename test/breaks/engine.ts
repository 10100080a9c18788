import type { Break } from './break.js';

export const ENGINE: readonly Break[] = [];
