/** As a user's: ESM, TypeScript with decorators through swc. */
const decorators = { legacyDecorator: true, decoratorMetadata: true };

export default {
  testMatch: ['**/*.spec.ts'],
  testEnvironment: 'node',
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript', decorators: true }, transform: decorators, target: 'es2022' } },
    ],
  },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': ['$1.js', '$1.ts'] },
  globalSetup: './setup.mjs',
  globalTeardown: './teardown.mjs',
  testTimeout: 60_000,
};
