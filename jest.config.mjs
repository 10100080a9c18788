/** Jest in ESM mode: TypeScript through swc (its options are in .swcrc), one database server a run (test/support). */
import { availableParallelism } from 'node:os';

const support = '<rootDir>/test/support';

export default {
  roots: ['<rootDir>/test', '<rootDir>/sample-app'],
  testMatch: ['**/*.spec.ts'],
  // These take longer than everybody wants to wait; they have commands of their own.
  testPathIgnorePatterns: [
    '/node_modules/',
    '/.generated/',
    '<rootDir>/test/(bench|chaos|handoff|kit|package|transaction|ways-over|behaviour/reliability)/',
  ],
  transform: { '\\.ts$': '@swc/jest' },
  extensionsToTreatAsEsm: ['.ts'],
  // `./x.js` is x.ts here; in packages it is what it says, so that comes first.
  moduleNameMapper: { '^(\\.{1,2}/.*\\.)js$': ['$1js', '$1ts'] },
  testEnvironment: `${support}/environment.mjs`,
  globalSetup: `${support}/begin.mjs`,
  globalTeardown: `${support}/end.mjs`,
  reporters: ['default', `${support}/tally.mjs`],
  testTimeout: 20_000,
  // Jest leaves one core to itself, which of two is half; most files wait for a server or a child most of the time.
  maxWorkers: Math.max(2, availableParallelism() - 1),
};
