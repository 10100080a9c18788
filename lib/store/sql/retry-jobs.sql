-- Takes failed and cancelled jobs back into the queue: all their attempts anew, their errors kept.
-- $1 the ids.
with held as materialized (
  select j.id
  from programma.jobs j
  where j.id = any($1::uuid[]) and j.state in ('failed', 'cancelled')
  order by j.id
  for no key update
),
moved as (
  update programma.jobs j
  set state = 'created', attempts = 0, releases = 0, run_after = now(), finished_at = null, failed_at = null,
      cancelled_at = null
  where j.id = any(array(select id from held))
  returning j.id, j.topic, j.priority, j.run_after
),
queued as (
  insert into programma.queue (topic, priority, run_after, id)
  select topic, priority, run_after, id from moved
  on conflict do nothing
)
select id, topic, (extract(epoch from run_after) * 1000000)::float8 as due_micros from moved;
