/** What a schema is made of, in words that can be compared: everything that a migration can make. */
import type { Database } from '../support/database.js';

const STRUCTURE = `
  select 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
      || case when a.attnotnull then ' not null' else '' end
      || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
      || coalesce(' collate ' || l.collname, '')
      || coalesce(': ' || col_description(c.oid, a.attnum), '') as part
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  left join pg_collation l on l.oid = a.attcollation and l.collname <> 'default'
  where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
  union all
  select 'relation ' || c.relname || ' ' || c.relkind::text || coalesce(' with ' || c.reloptions::text, '')
      || coalesce(': ' || obj_description(c.oid, 'pg_class'), '')
  from pg_class c where c.relnamespace = $1::regnamespace
  union all
  select 'index ' || pg_get_indexdef(i.indexrelid)
  from pg_index i join pg_class c on c.oid = i.indexrelid where c.relnamespace = $1::regnamespace
  union all
  select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
  from pg_constraint where connamespace = $1::regnamespace and contype <> 'n'
  union all
  select 'function ' || pg_get_functiondef(oid) from pg_proc where pronamespace = $1::regnamespace
  union all
  select 'trigger ' || pg_get_triggerdef(t.oid)
  from pg_trigger t join pg_class c on c.oid = t.tgrelid where c.relnamespace = $1::regnamespace and not t.tgisinternal
  order by 1`;

export async function structureOf({ query }: Database, schema = 'programma'): Promise<string[]> {
  const rows = await query<{ part: string }>(STRUCTURE, [`"${schema.replaceAll('"', '""')}"`]);
  return rows.map(({ part }) => part);
}
