/** SQL is written for the schema `programma`; here it gets the schema that the user wants. */
import { createHash } from 'node:crypto';

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The name, as a shell takes it for one word. */
export const shellWord = (text: string): string =>
  /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

// A dollar sign could end the body of a function that the name stands in; this is the same name without one.
const inBodies = (name: string): string =>
  name.includes('$') ? `U&${quoted(name.replaceAll('\\', '\\\\').replaceAll('$', '\\0024'))}` : quoted(name);

/** The SQL with every `programma.` naming the given schema. */
export const inSchema = (sql: string, schema: string): string =>
  sql.replaceAll(/\bprogramma\.(?=[a-z_])/g, () => `${inBodies(schema)}.`);

const hash = (schema: string): string => createHash('md5').update(schema).digest('hex');

/** The channel of a schema's notifications: hashed, because both names may have 63 bytes. */
export const channelOf = (schema: string): string => `programma_${hash(schema)}`;

/** The advisory lock under which a schema is migrated: 64 bits of its hash. */
export const lockOf = (schema: string): string =>
  BigInt.asIntN(64, BigInt(`0x${hash(schema).slice(0, 16)}`)).toString();
