-- Adds a schedule, or changes the one of that name. One that stays as it is keeps its next tick and what it missed.
-- $1 as JSON: the schedule, its first tick from now on (next_at); $2 the seconds for which code declares it, or null.
-- A schedule that rested because no process declared it goes on; one that was paused by hand stays paused.
-- The count of runs begins anew when it was changed, and whenever somebody says it at run time; not at each start of a
-- process that declares it. One that has no tick left, and gets runs, stands at the first from now on.
with said as (
  select s.*
  from jsonb_to_record($1::jsonb) as s(
    name text, topic text, pattern text, every_seconds float8, time_zone text, missed text, overlap text,
    starts_at timestamptz, ends_at timestamptz, max_runs int, priority smallint, retry_after_seconds float8,
    max_attempts int, data jsonb, next_at timestamptz)
)
insert into programma.schedules as t (
  name, topic, pattern, every_seconds, time_zone, missed, overlap, starts_at, ends_at, max_runs, remaining, priority,
  retry_after_seconds, max_attempts, data, next_at, declared_until)
select name, topic, pattern, every_seconds, time_zone, missed, overlap, starts_at, ends_at, max_runs, max_runs, priority,
       retry_after_seconds, max_attempts, data, next_at, now() + $2::float8 * interval '1 second'
from said
on conflict (name) do update
set topic = excluded.topic, pattern = excluded.pattern, every_seconds = excluded.every_seconds,
    time_zone = excluded.time_zone, missed = excluded.missed, overlap = excluded.overlap,
    starts_at = excluded.starts_at, ends_at = excluded.ends_at, priority = excluded.priority,
    retry_after_seconds = excluded.retry_after_seconds, max_attempts = excluded.max_attempts, data = excluded.data,
    declared_until = excluded.declared_until, max_runs = excluded.max_runs,
    (next_at, remaining) = (
      select case when same_rule and (same_runs or t.next_at is not null) then t.next_at else excluded.next_at end,
             case when same_rule and same_runs then t.remaining else excluded.max_runs end
      from (select (t.pattern, t.every_seconds, t.time_zone, t.starts_at, t.ends_at)
                     is not distinct from
                   (excluded.pattern, excluded.every_seconds, excluded.time_zone, excluded.starts_at, excluded.ends_at)
                   as same_rule,
                   excluded.declared_until is not null and t.max_runs is not distinct from excluded.max_runs
                   as same_runs) s)
returning t.name, t.paused, extract(epoch from t.next_at - clock_timestamp())::float8 * 1000 as wait_ms;
