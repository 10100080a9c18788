/** Loads the statements: one .sql file each, named after its file. */
import { readFileSync } from 'node:fs';
import { inSchema } from './schema.js';

export const STATEMENTS = [
  'add-attributes',
  'announce',
  'barrier',
  'break-claims',
  'cancel-within',
  'claim-jobs',
  'claim-these',
  'clock',
  'complete-within',
  'declare-schedules',
  'delete-jobs',
  'due-schedules',
  'failed-jobs',
  'fire-schedules',
  'get-jobs',
  'insert-claimed-jobs',
  'insert-jobs',
  'insert-unique-jobs',
  'job-states',
  'list-all',
  'list-claimed',
  'list-created',
  'list-depths',
  'list-finished',
  'list-schedules',
  'list-topics',
  'move-jobs',
  'move-to-processing',
  'pause-schedule',
  'pause-topic',
  'put-schedule',
  'release-claims',
  'remove-finished',
  'remove-schedule',
  'renew-claims',
  'report-progress',
  'reschedule-jobs',
  'retry-jobs',
  'set-attributes',
  'set-retry-after',
  'settle-jobs',
  'sweep-unique-keys',
  'undo-unsure',
  'waiting-topics',
] as const;

export type StatementName = (typeof STATEMENTS)[number];

export interface Statement {
  /** Under this name the server keeps it prepared. */
  readonly name: string;
  readonly text: string;
}

export type Statements = Readonly<Record<StatementName, Statement>>;

/** The statements for a schema, without their comments; the server's views show each under its name. */
export const statements = (schema: string): Statements =>
  loaded(new URL('./sql/', import.meta.url), STATEMENTS, schema);

export function loaded<Name extends string>(
  folder: URL,
  names: readonly Name[],
  schema: string,
): Readonly<Record<Name, Statement>> {
  const entries = names.map((name) => {
    const sql = readFileSync(new URL(`${name}.sql`, folder), 'utf8');
    const bare = sql
      .replaceAll(/^\s*--.*\n/gm, '')
      .trim()
      .replace(/;$/, '');
    // After the first word: PostgreSQL 18 counts statements without what stands before them.
    const named = bare.replace(/\w+/, (word) => `${word} /* programma:${name} */`);
    return [name, { name: `programma:${name}`, text: inSchema(named, schema) }];
  });
  return Object.fromEntries(entries) as Record<Name, Statement>;
}
