-- Gives a worker these jobs if they wait, whatever their time and their turn.
-- $1 the ids; $2 attempts a job has where it says nothing itself (null: no limit); $3 the worker.
-- Record first, then its row in the queue; one that somebody else has locked is passed by.
with held as materialized (
  select j.id, j.topic, j.priority, j.run_after, j.retry_after_seconds as lease
  from programma.jobs j
  where j.id = any($1::uuid[]) and j.state = 'created'
  order by j.id
  for no key update skip locked
),
waiting as materialized (
  select q.tid, h.id, h.lease
  from held h, lateral (
    select q.ctid as tid
    from programma.queue q
    where q.topic = h.topic and q.priority = h.priority and q.run_after = h.run_after and q.id = h.id
    for update skip locked
  ) q
),
unqueued as (
  delete from programma.queue q where q.ctid = any(array(select tid from waiting)) returning q.id
),
promised as (
  insert into programma.claims (worker, lease, expires_at, job_ids, open)
  select $3::text, lease, now() + lease * interval '1 second', array_agg(id), count(*)
  from waiting
  where id = any(array(select id from unqueued))
  group by lease
  returning id, lease
)
update programma.jobs j
set state = 'active', claim_id = p.id, started_at = now(), attempts = j.attempts + 1,
    run_after = least(j.run_after, now()),
    max_attempts = coalesce(j.max_attempts, $2::int)
from waiting w join promised p on p.lease = w.lease
where j.id = any(array(select id from unqueued)) and j.id = w.id
returning j.id, j.topic, j.claim_id, j.priority, j.attempts, j.max_attempts, j.releases, w.lease,
          extract(epoch from j.created_at)::float8 * 1000 as created_ms,
          (extract(epoch from j.run_after) * 1000000)::float8 as run_after_micros,
          extract(epoch from now() - j.run_after)::float8 * 1000 as waited_ms,
          extract(epoch from j.tick)::float8 * 1000 as tick_ms, j.attributes, j.data;
