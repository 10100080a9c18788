-- Removes finished jobs that are older than their retention, a batch at a time.
-- $1, $2, $3 seconds that completed, failed and cancelled jobs stay; $4 how many of each kind and topic at once;
-- $5 seconds since the last complete round: older ones are gone, and only their dead index entries may be left.
-- Locked, and by that looked at again: a job that retryJob takes back meanwhile is not removed.
with recursive known as (
  (select topic from programma.jobs order by topic limit 1)
  union all
  select (select j.topic from programma.jobs j where j.topic > known.topic order by j.topic limit 1)
  from known where known.topic is not null
),
completed as materialized (
  select j.id from known, lateral (
    select j.id from programma.jobs j
    where j.topic = known.topic and j.finished_at is not null and j.failed_at is null and j.cancelled_at is null
      and j.finished_at < now() - $1::float8 * interval '1 second'
      and j.finished_at >= now() - ($1::float8 + $5::float8) * interval '1 second'
    order by j.finished_at limit $4::int
    for update skip locked
  ) j
),
failed as materialized (
  select j.id from known, lateral (
    select j.id from programma.jobs j
    where j.topic = known.topic and j.failed_at is not null
      and j.failed_at < now() - $2::float8 * interval '1 second'
      and j.failed_at >= now() - ($2::float8 + $5::float8) * interval '1 second'
    order by j.failed_at limit $4::int
    for update skip locked
  ) j
),
cancelled as materialized (
  select j.id from known, lateral (
    select j.id from programma.jobs j
    where j.topic = known.topic and j.cancelled_at is not null
      and j.cancelled_at < now() - $3::float8 * interval '1 second'
      and j.cancelled_at >= now() - ($3::float8 + $5::float8) * interval '1 second'
    order by j.cancelled_at limit $4::int
    for update skip locked
  ) j
),
removed as (
  delete from programma.jobs j
  where j.id = any(array(select id from completed union all select id from failed union all select id from cancelled))
  returning j.topic, j.state
)
select topic, state, count(*)::int as removed, set_config('synchronous_commit', 'off', true)
from removed group by topic, state;
