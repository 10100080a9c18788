import type { Break } from './break.js';

export const FRONT: readonly Break[] = [];
