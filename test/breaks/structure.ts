/** Breaks of how the package is built, and of what its own house looks like. */
import { type Break, change } from './break.js';

const PACKAGE = 'test/unit/package.spec.ts';
const HOUSE = 'test/unit/architecture.spec.ts';
const FIRST_IMPORT = "import { jittered, monotonicMs } from './clock.js';";

/** One line more at the top of the loop, which nearly everything stands on. */
const inTheLoop = (line: string) => change('base/loop.ts', FIRST_IMPORT, `${FIRST_IMPORT}\n${line}`);

export const STRUCTURE: readonly Break[] = [
  {
    part: '2.1 package: engines',
    what: 'it says that it runs on a Node that cannot require an ES module',
    changes: change('../package.json', '^20.19.0 || ', '^20.0.0 || '),
    spec: PACKAGE,
    red: ['is an ES module for the versions of Node'],
  },
  {
    part: '2.1 package: doors',
    what: 'the door ./engine has no types',
    changes: change('../package.json', '"types": "./dist/engine.d.ts",', ''),
    spec: PACKAGE,
    red: ['has a door ./engine with types first'],
  },
  {
    part: '7.2 testing kit: without Nest',
    what: 'its door for the engine alone loads the module as well',
    changes: change(
      'testing/engine.ts',
      "export type { DrainOptions } from './drain.js';",
      "export type { DrainOptions } from './drain.js';\nexport { ProgrammaTestingModule } from './testing.module.js';",
    ),
    spec: HOUSE,
    red: ['loads no Nest by the door testing/engine.ts'],
  },
  {
    part: '2.1 package: peers',
    what: 'Nest 11 is no longer meant',
    changes: change('../package.json', '"@nestjs/core": "^11.0.0 || ^12.0.0"', '"@nestjs/core": "^12.0.0"'),
    spec: PACKAGE,
    red: ['leaves Nest to the application'],
  },
  {
    part: '2.1 package: peers',
    what: 'whoever uses the engine alone gets Nest installed',
    changes: change(
      '../package.json',
      /"@nestjs\/core": \{\s+"optional": true\s+\},/,
      '"@nestjs/core": { "optional": false },',
    ),
    spec: PACKAGE,
    red: ['leaves Nest to the application'],
  },
  {
    part: '2.1 package: command',
    what: 'the command does not say what runs it',
    changes: change('migrate/cli.ts', '#!/usr/bin/env node\n', ''),
    spec: PACKAGE,
    red: ['has a command that a shell can run'],
  },
  {
    part: '2.1 package: dependencies',
    what: 'nobody says why one of them is needed',
    changes: change('../CONTRIBUTING.md', /^\| [^|]*`uuid`.*\n/m, ''),
    spec: PACKAGE,
    red: ['says why it needs uuid'],
  },
  {
    part: '2.5 architecture: floors',
    what: 'the lowest floor asks a higher one',
    changes: inTheLoop("import { matches } from '../job/topic.js';\nvoid matches;"),
    spec: HOUSE,
    red: ['lets imports only fall'],
  },
  {
    part: '2.5 architecture: cycles',
    what: 'two files need each other',
    changes: change(
      'base/clock.ts',
      /$/,
      "import { Loop } from './loop.js';\nexport const another = (tick, failed) => new Loop(tick, failed);\n",
    ),
    spec: HOUSE,
    red: ['has no circle of files'],
  },
  {
    part: '2.5 architecture: walls',
    what: 'something inside comes in by the door',
    changes: change('nest/runtime.ts', /$/, "import '../engine.js';\n"),
    spec: HOUSE,
    red: ['lets nobody inside import a door'],
  },
  {
    part: '2.5 architecture: walls',
    what: 'somebody beside the store speaks to PostgreSQL',
    changes: inTheLoop("import pg from 'pg';\nvoid pg;"),
    spec: HOUSE,
    red: ['speaks to PostgreSQL in the store alone'],
  },
  {
    part: '2.5 architecture: walls',
    what: 'the engine knows Nest',
    changes: inTheLoop("import '@nestjs/common';"),
    spec: HOUSE,
    red: ['knows Nest from its floor up only'],
  },
  {
    part: '2.5 architecture: 300 lines',
    what: 'a file grows beyond them',
    changes: change('base/loop.ts', /$/, '// and more\n'.repeat(300)),
    spec: HOUSE,
    red: ['has no file over 300 lines'],
  },
  {
    part: '2.5 architecture: a sentence',
    what: 'a file does not say what it is for',
    changes: change('base/loop.ts', /^\/\*\* The one kind.*\n/, ''),
    spec: HOUSE,
    red: ['opens every file with the sentence'],
  },
  {
    part: '2.5 architecture: every .sql used',
    what: 'a file of SQL is loaded by nobody',
    changes: change('store/statements.ts', "'set-retry-after',", ''),
    spec: HOUSE,
    red: ['loads every .sql file'],
  },
  {
    part: '2.5 architecture: every .sql used',
    what: 'a statement is loaded and never run',
    changes: change('store/moving.ts', "this.sql['set-retry-after']", "this.sql['set-attributes']"),
    spec: HOUSE,
    red: ['uses every statement that it loads'],
  },
  {
    part: '2.5 architecture: one clock',
    what: 'somebody else asks for the time',
    changes: change('worker/renewal.ts', 'const sentMs = monotonicMs();', 'const sentMs = performance.now();'),
    spec: HOUSE,
    red: ['asks for time, chance and new names in one file'],
  },
  {
    part: '2.5 architecture: no console',
    what: 'a loop that fails writes to it',
    changes: change('base/loop.ts', 'this.failures++;', 'this.failures++;\n      console.error(error);'),
    spec: HOUSE,
    red: ['never writes to the console'],
  },
  {
    part: '2.1 package: errors',
    what: 'a code that is out in the world changes',
    changes: change('base/errors.ts', "'PROGRAMMA_LEASE_LOST'", "'PROGRAMMA_LEASE_IS_LOST'"),
    spec: 'test/unit/errors.spec.ts',
    red: ['keeps the code of every error'],
  },
  {
    part: '2.1 package: errors',
    what: 'the cause is lost',
    changes: change('base/errors.ts', /super\(message, (options|cause)\)/, 'super(message)'),
    spec: 'test/unit/errors.spec.ts',
    red: ['keeps the cause'],
  },
];
