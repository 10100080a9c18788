-- A page of finished jobs, the latest first.
-- $1 the state; $2 the topic, or null; $3, $4 where the page before ended (microseconds since 1970, id); $5 how many.
-- Each state has its own index, topic by topic; with no topic given, it hops from topic to topic and merges.
with recursive known as (
  (select topic from programma.jobs
   where topic >= coalesce($2::text, '') collate "C" and ($2::text is null or topic = $2::text)
   order by topic limit 1)
  union all
  select (select j.topic from programma.jobs j where j.topic > known.topic order by j.topic limit 1)
  from known where known.topic is not null and $2::text is null
),
page as (
  select j.id, j.at from known, lateral (
    select j.id, j.finished_at as at from programma.jobs j
    where $1::text = 'completed' and j.topic = known.topic
      and j.finished_at is not null and j.failed_at is null and j.cancelled_at is null
      and j.finished_at <= 'epoch'::timestamptz + $3::float8 * interval '1 microsecond'
      and (j.finished_at, j.id) < ('epoch'::timestamptz + $3::float8 * interval '1 microsecond', $4::uuid)
    order by j.finished_at desc, j.id desc limit $5::int
  ) j
  union all
  select j.id, j.at from known, lateral (
    select j.id, j.failed_at as at from programma.jobs j
    where $1::text = 'failed' and j.topic = known.topic and j.failed_at is not null
      and j.failed_at <= 'epoch'::timestamptz + $3::float8 * interval '1 microsecond'
      and (j.failed_at, j.id) < ('epoch'::timestamptz + $3::float8 * interval '1 microsecond', $4::uuid)
    order by j.failed_at desc, j.id desc limit $5::int
  ) j
  union all
  select j.id, j.at from known, lateral (
    select j.id, j.cancelled_at as at from programma.jobs j
    where $1::text = 'cancelled' and j.topic = known.topic and j.cancelled_at is not null
      and j.cancelled_at <= 'epoch'::timestamptz + $3::float8 * interval '1 microsecond'
      and (j.cancelled_at, j.id) < ('epoch'::timestamptz + $3::float8 * interval '1 microsecond', $4::uuid)
    order by j.cancelled_at desc, j.id desc limit $5::int
  ) j
)
select id, (extract(epoch from at) * 1000000)::float8 as at_micros from page order by at desc, id desc limit $5::int;
