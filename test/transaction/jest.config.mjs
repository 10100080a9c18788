/** The suite of the ORMs: `npm run test:transaction`. Their packages lie here, and what was built finds them here, too. */
import everywhere from '../../jest.config.mjs';

const root = new URL('../..', import.meta.url).pathname;
const { testPathIgnorePatterns: _, ...common } = everywhere;

export default {
  ...common,
  rootDir: root,
  roots: ['<rootDir>/test/transaction'],
  testPathIgnorePatterns: ['/node_modules/'],
  // As a user's import of the package, whose own name leads nowhere from a folder with a package.json of its own.
  moduleNameMapper: {
    ...common.moduleNameMapper,
    '^programma$': '<rootDir>/dist/index.js',
    '^programma/(.*)$': '<rootDir>/dist/$1.js',
  },
  modulePaths: ['<rootDir>/test/transaction/node_modules'],
};
