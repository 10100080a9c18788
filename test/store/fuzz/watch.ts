/** Watches the record of every job with a trigger: no move may happen that the table of moves does not know. */
import { FINISHED, MOVES } from '../../../lib/job/states.js';
import type { Database } from '../../support/database.js';

const moves = Object.entries(MOVES).flatMap(([from, to]) => to.map((state) => `('${from}', '${state}')`));
const finished = FINISHED.map((state) => `'${state}'`).join(', ');

// A deadlock shall be called one, before lock_timeout ends the wait.
const WATCH = `
  create schema fuzz;
  create table fuzz.move (was text, becomes text);
  insert into fuzz.move values ${moves.join(', ')};
  create table fuzz.illegal (what text, at timestamptz default clock_timestamp());
  create table fuzz.deleted (id uuid);
  create function fuzz.watch() returns trigger language plpgsql as $$
  declare
    verb text := coalesce(substring(current_query() from 'programma:([a-z-]+)'), 'the test');
  begin
    if tg_op = 'DELETE' then
      insert into fuzz.deleted values (old.id);
      if verb = 'remove-finished' and old.state not in (${finished}) then
        insert into fuzz.illegal values (format('%s removed %s, which was %s', verb, old.id, old.state));
      end if;
    elsif (old.state, old.claim_id) is distinct from (new.state, new.claim_id)
          and not exists (select from fuzz.move where was = old.state and becomes = new.state)
          or old.state in (${finished}) and old.state = new.state and old.finished_at <> new.finished_at then
      insert into fuzz.illegal values (format('%s moved %s from %s (%s) to %s (%s)',
        verb, old.id, old.state, old.claim_id, new.state, new.claim_id));
    end if;
    return null;
  end $$;
  create trigger watch after update or delete on programma.jobs for each row execute function fuzz.watch();`;

export async function watch({ query, name }: Database): Promise<void> {
  await query(`alter database ${name} set deadlock_timeout = '100ms'`);
  await query(WATCH);
}

export async function illegalMoves({ query }: Database): Promise<string[]> {
  return (await query<{ what: string }>('select what from fuzz.illegal order by at limit 20')).map((row) => row.what);
}

/** How often each job was deleted, by whichever statement. */
export async function deletions({ query }: Database): Promise<ReadonlyMap<string, number>> {
  const rows = await query<{ id: string; n: number }>('select id, count(*)::int n from fuzz.deleted group by id');
  return new Map(rows.map(({ id, n }) => [id, n]));
}
