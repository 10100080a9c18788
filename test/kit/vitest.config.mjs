/** As a user's: decorators need swc, since they name types that Vite's own transform does not write down. */
import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [swc.vite({ module: { type: 'es6' } })],
  test: {
    globals: true,
    include: ['**/*.spec.ts'],
    globalSetup: './setup.mjs',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
