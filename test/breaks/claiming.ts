import type { Break } from './break.js';

export const CLAIMING: readonly Break[] = [];
