#!/usr/bin/env node
/** The command `programma migrate up | down | status`. */
import { parseArgs } from 'node:util';
import { ProgrammaError } from '../base/errors.js';
import { resolve } from '../options/resolve.js';
import { Database } from '../store/database.js';
import { Ledger, type Step } from '../store/ledger.js';
import { inSchema } from '../store/schema.js';
import { migrations } from './migrations.js';
import { Migrator, namesOf } from './migrator.js';

const USAGE = `programma migrate up | down | status

  up        apply what is missing
  down      take the last migration back (with --to N: all after N; --to 0 removes everything, jobs included)
  status    what is applied, what is missing

  --url URL        where; default: DATABASE_URL, or PGHOST, PGUSER …
  --schema NAME    default: programma
  --dry-run        print the SQL and change nothing
  --to N           see down
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      schema: { type: 'string' },
      to: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [command, action] = positionals;
  if (
    values.help ||
    command !== 'migrate' ||
    !['up', 'down', 'status'].includes(action ?? '') ||
    positionals.length !== 2
  ) {
    process[values.help ? 'stdout' : 'stderr'].write(USAGE);
    return values.help ? 0 : 2;
  }
  const to = values.to === undefined ? undefined : Number(values.to);
  if (to !== undefined && (!Number.isInteger(to) || to < 0 || action !== 'down')) {
    process.stderr.write(`--to: a version number, with down\n\n${USAGE}`);
    return 2;
  }
  const options = resolve({ connectionString: values.url, schema: values.schema });
  const database = new Database(options.connection, options.schema, false, {
    away: () => undefined,
    back: () => undefined,
  });
  database.open();
  try {
    const migrator = new Migrator(new Ledger(database, options.schema), migrations(), options.schema);
    if (action === 'status') say(await statusText(migrator, options.schema));
    else if (values['dry-run']) say(sqlOf(await migrator.plan(action as 'up' | 'down', to), options.schema));
    else say(doneText(await (action === 'up' ? migrator.up() : migrator.down(to)), options.schema));
    return 0;
  } finally {
    await database.close(1_000);
  }
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function statusText(migrator: Migrator, schema: string): Promise<string> {
  const { applied, pending, newer } = await migrator.status();
  return [
    `schema "${schema}"`,
    `  applied: ${namesOf(applied) || 'nothing'}`,
    `  missing: ${namesOf(pending) || 'nothing'}`,
    ...(newer.length > 0 ? [`  newer than this code: ${namesOf(newer)}`] : []),
  ].join('\n');
}

const doneText = (steps: readonly Step[], schema: string): string =>
  steps.length === 0
    ? `schema "${schema}": nothing to do`
    : steps.map((step) => `schema "${schema}": ${step.direction} ${namesOf([step.applied])}`).join('\n');

const sqlOf = (steps: readonly Step[], schema: string): string =>
  steps.length === 0
    ? '-- nothing to do'
    : steps.map((step) => `-- ${step.direction} ${namesOf([step.applied])}\n${inSchema(step.sql, schema)}`).join('\n');

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`programma: ${error instanceof ProgrammaError ? message : `${message}\n\n${USAGE}`}\n`);
    process.exitCode = 1;
  },
);
