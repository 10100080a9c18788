import type { Break } from './break.js';

export const SAMPLE_APP: readonly Break[] = [];
