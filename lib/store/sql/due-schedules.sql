-- The schedules whose tick has come, and how long until the next of the others. $1: how many at the most.
-- Those that code declared rest while no process declares them any more.
with live as materialized (
  select s.* from programma.schedules s
  where s.next_at is not null and not s.paused
    and (s.declared_until is null or s.declared_until > now())
),
due as (select * from live where next_at <= now() order by next_at limit $1::int)
select extract(epoch from now())::float8 * 1000 as now_ms,
       (select extract(epoch from min(next_at) - clock_timestamp())::float8 * 1000 from live where next_at > now()) as wait_ms,
       d.name, d.topic, d.pattern, d.every_seconds, d.time_zone, d.missed, d.overlap,
       extract(epoch from d.starts_at)::float8 * 1000 as starts_ms,
       extract(epoch from d.ends_at)::float8 * 1000 as ends_ms, d.remaining,
       extract(epoch from d.next_at)::float8 * 1000 as next_ms
from (select) one left join due d on true;
