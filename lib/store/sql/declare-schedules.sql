-- Says that this code still has these schedules, and answers which ones no process has declared for a while.
-- $1 the names; $2 for how many seconds that holds.
with mine as (
  update programma.schedules set declared_until = now() + $2::float8 * interval '1 second'
  where name = any($1::text[]) and declared_until is not null returning name
)
select s.name
from programma.schedules s
where not s.paused and s.next_at is not null and s.declared_until <= now()
  and s.name <> all($1::text[]);
