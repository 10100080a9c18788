/** The suite of the brokers: `npm run test:handoff`. Their clients lie here, and what was built finds them here, too. */
import everywhere from '../../jest.config.mjs';

const root = new URL('../..', import.meta.url).pathname;
const { testPathIgnorePatterns: _, ...common } = everywhere;

export default {
  ...common,
  rootDir: root,
  roots: ['<rootDir>/test/handoff'],
  testPathIgnorePatterns: ['/node_modules/'],
  // Each file has its brokers to itself, and what is measured is not disturbed.
  maxWorkers: 1,
  // As a user's import of the package, whose own name leads nowhere from a folder with a package.json of its own.
  moduleNameMapper: {
    ...common.moduleNameMapper,
    '^programma$': '<rootDir>/dist/index.js',
    '^programma/(.*)$': '<rootDir>/dist/$1.js',
  },
  modulePaths: ['<rootDir>/test/handoff/node_modules'],
};
