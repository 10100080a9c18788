/** Breaks of the sample app, of its embedded server, and of what the papers say. */
import { type Break, change } from './break.js';

const APP = 'test/sample-app/app.spec.ts';
const EMBEDDED = 'test/sample-app/embedded.spec.ts';
const BLOCKS = 'test/docs/blocks.spec.ts';
const STATES = 'test/unit/states.spec.ts';

export const SAMPLE_APP: readonly Break[] = [
  {
    part: '3.4 sample app: a welcome mail for later',
    what: 'it is sent at once',
    changes: change('../sample-app/sign-ups/sign-ups.ts', 'runAfterSeconds: this.config.welcomeAfterSeconds,', ''),
    spec: APP,
    red: ['sends a welcome mail a little while after'],
  },
  {
    part: '3.4 sample app: sign-ups',
    what: 'any address will do',
    changes: change('../sample-app/main.ts', /app\.useGlobalPipes\(.*\);/, ''),
    spec: APP,
    red: ['refuses an address that is none'],
  },
  {
    part: '3.4 sample app: a flaky gateway',
    what: 'its errors are final',
    changes: change(
      '../sample-app/orders/payments.ts',
      'const receipt = await this.gateway.charge(job.id, order.euros, job.signal);',
      'const receipt = await this.gateway.charge(job.id, order.euros, job.signal).catch((error) => {\n            throw new NonRetryableError(error.message);\n        });',
    ),
    spec: APP,
    red: ['tries a payment again until the gateway answers'],
  },
  {
    part: '3.4 sample app: a card that does not allow it',
    what: 'it is tried again',
    changes: change('../sample-app/orders/payments.ts', 'throw new NonRetryableError(', 'throw new Error('),
    spec: APP,
    red: ['fails a payment at once that the card does not allow'],
  },
  {
    part: '3.4 sample app: a report that adds its own next run',
    what: 'it adds none',
    changes: change('../sample-app/reports/report.ts', 'await this.addNext();', ''),
    spec: APP,
    red: ['writes a report again and again'],
  },
  {
    part: '3.4 sample app: @nestjs/config',
    what: 'back-off cannot be configured',
    changes: change('../sample-app/config.ts', /'order\.\*': \{.*\},/, ''),
    spec: APP,
    red: ['tries a payment again until the gateway answers'],
  },
  {
    part: '3.4 sample app: a README with five steps',
    what: 'a command has another address than the app',
    changes: change('../sample-app/README.md', 'localhost:3000/orders', 'localhost:3000/order'),
    spec: APP,
    red: ['does what each command of its README says'],
  },
  {
    part: '3.4 sample app: the page',
    what: 'it is not served',
    changes: change('../sample-app/main.ts', /app\.useStaticAssets\(.*\);/, ''),
    spec: APP,
    red: ['serves the page, its board and its chart'],
  },
  {
    part: '3.4 sample app: the page',
    what: 'a state is left out',
    changes: change('../sample-app/page/jobs.controller.ts', 'STATES.map(', 'STATES.slice(1).map('),
    spec: APP,
    red: ['serves the page, its board and its chart'],
  },
  {
    part: '3.4 sample app: the page',
    what: 'no job is moved by hand',
    changes: change('../sample-app/page/jobs.controller.ts', 'changed: await act(id)', 'changed: !act'),
    spec: APP,
    red: ['moves a job by hand'],
  },
  {
    part: '2.4 the embedded server: where the data are',
    what: 'nobody says so',
    changes: change('../sample-app/database.ts', 'from start to start;', 'here;'),
    spec: EMBEDDED,
    red: ['says where the data are and that they stay'],
  },
  {
    part: '2.4 the embedded server: a second start joins',
    what: 'the first who goes takes it down',
    changes: change('testing/postgres/keeper.ts', 'if (holders.size === 0)', 'if (holders.size <= 1)'),
    spec: EMBEDDED,
    red: ['is joined by a second start in the same clone'],
  },
  {
    part: '2.4 the embedded server: a clone that only its owner may enter',
    what: 'nobody looks whether the server can get in',
    changes: change('testing/postgres/account.ts', '() => false', '() => true'),
    spec: EMBEDDED,
    red: ['works in a clone that only its owner may enter'],
  },
  {
    part: '2.4 the embedded server: DATABASE_URL',
    what: 'it is started all the same',
    changes: change('../sample-app/database.ts', 'if (given) {', 'if (given === "") {'),
    spec: EMBEDDED,
    red: ['is not needed when DATABASE_URL names a database'],
  },
  {
    part: '3.6 docs: links',
    what: 'one leads nowhere',
    changes: change('../README.md', '](CONTRIBUTING.md', '](CONTRIBUTE.md'),
    spec: BLOCKS,
    red: ['has no link that leads nowhere'],
  },
  {
    part: '3.6 docs: options',
    what: 'one is in no table',
    changes: change('../README.md', /^\| `shutdownTimeoutSeconds`/m, '| `shutdown`').concat(
      change('../README.md', '`addTimeoutSeconds`', '`add`'),
    ),
    spec: BLOCKS,
    red: ['names every option of the module in a table'],
  },
  {
    part: '3.6 docs: options',
    what: 'one is new, and no table has it',
    changes: change('options/resolve-handler.ts', "'batch',\n] as const", "'batch',\n  'patience',\n] as const"),
    spec: BLOCKS,
    red: ['names every option of a handler in a table'],
  },
  {
    part: '3.6 docs: every block',
    what: 'one is not run, and nobody says why',
    changes: change('../docs/handoff.md', 'not run: only the moves of a job that is handed over', 'not run: no'),
    spec: BLOCKS,
    red: ['knows README and every page of docs'],
  },
  {
    part: '3.6 docs: every block',
    what: 'a block in a list is passed over',
    changes: change('../test/docs/blocks.ts', '/^(\\s*)(`', '/^()(`'),
    spec: BLOCKS,
    red: ['finds each block with its language'],
  },
  {
    part: '3.6 docs: comments',
    what: 'what one says before a block is shown',
    changes: change('../test/docs/blocks.ts', "const DIRECTIVES = [\n  'before',", 'const DIRECTIVES = ['),
    spec: BLOCKS,
    red: ['hides what the comments before a block say'],
  },
  {
    part: '3.6 docs: comments',
    what: 'one of ours may stand anywhere',
    changes: change('../test/docs/blocks.ts', 'if (Object.keys(says).length > 0)', 'if (false)'),
    spec: BLOCKS,
    red: ['refuses a comment of ours that stands before no block'],
  },
  {
    part: '3.6 docs: comments',
    what: 'what continues begins anew',
    changes: change('../test/docs/blocks.ts', "'continues',", ''),
    spec: BLOCKS,
    red: ['joins what continues'],
  },
  {
    part: '3.6 docs: commands',
    what: 'any script will do',
    changes: change('../package.json', '"check": ', '"checks": '),
    spec: BLOCKS,
    red: ['says of the command npm run check'],
  },
  {
    part: '3.6 docs: a diagram of the states',
    what: 'it draws a move that there is not',
    changes: change('../README.md', /^ {2}active --> completed/m, '  completed --> active\n$&'),
    spec: STATES,
    red: ['draws legal moves only in the README'],
  },
];
