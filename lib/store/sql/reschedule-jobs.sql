-- Moves jobs that wait to another time, another priority, or both. Like move-jobs: changed = false asks for a repetition.
-- $1 as JSON: the job; the moment (run_at), or the seconds from now (delay), or neither; the priority, or null.
with said as materialized (
  select s.id, s.run_at, s.delay, s.priority
  from jsonb_to_recordset($1::jsonb) as s(id uuid, run_at timestamptz, delay float8, priority smallint)
),
held as materialized (
  select j.id, j.topic, j.priority, j.run_after
  from programma.jobs j
  where j.id = any(array(select id from said)) and j.state = 'created'
  order by j.id
  for no key update
),
waiting as materialized (
  select q.tid, h.id, coalesce(s.priority, h.priority) as priority,
         coalesce(s.run_at, now() + s.delay * interval '1 second', h.run_after) as run_after
  from held h join said s on s.id = h.id, lateral (
    select q.ctid as tid
    from programma.queue q
    where q.topic = h.topic and q.priority = h.priority and q.run_after = h.run_after and q.id = h.id
    for update
  ) q
),
requeued as (
  update programma.queue q set priority = w.priority, run_after = w.run_after
  from waiting w
  where q.ctid = any(array(select tid from waiting)) and q.id = w.id
  returning q.id, q.priority, q.run_after
),
moved as (
  update programma.jobs j set priority = r.priority, run_after = r.run_after
  from requeued r
  where j.id = any(array(select id from requeued)) and j.id = r.id
  returning j.id, j.run_after
)
select held.id, held.topic, moved.id is not null as changed,
       (extract(epoch from moved.run_after) * 1000000)::float8 as due_micros,
       extract(epoch from moved.run_after - clock_timestamp())::float8 * 1000 as wait_ms
from held left join moved on moved.id = held.id;
