-- Makes jobs of ticks and moves their schedules on, in one statement, if nobody else has.
-- $1 as JSON: the schedule; the tick it stands at (was); the one after the last that runs (next, null: none); the ids
-- and ticks of the jobs. The ids derive from schedule and tick: a second insert does nothing, whatever happened.
with said as materialized (
  select s.name, s.was, s.next, s.jobs
  from jsonb_to_recordset($1::jsonb) as s(name text, was float8, next float8, jobs jsonb)
),
locked as materialized (
  select t.name, s.next, s.jobs, t.topic, t.priority, t.retry_after_seconds, t.max_attempts, t.data, t.remaining,
         t.overlap = 'skip' and (
           select count(*) > 0 from programma.jobs j  -- not `exists`, which may be hashed: a scan of all jobs
           where j.id = t.last_job_id and j.state in ('created', 'active', 'processing')) as busy
  from said s, lateral (
    select t.* from programma.schedules t
    where t.name = s.name and not t.paused
    for update
  ) t
  -- out here: at midnight hundreds stand at one tick, and each of them would be searched for among all of those
  where t.next_at = 'epoch'::timestamptz + s.was * interval '1 millisecond'
),
runs as materialized (
  select l.name, l.topic, l.priority, l.retry_after_seconds, l.max_attempts, l.data, r.id,
         'epoch'::timestamptz + r.tick * interval '1 millisecond' as tick
  from locked l, lateral (
    select r.id, r.tick
    from jsonb_to_recordset(l.jobs) as r(id uuid, tick float8)
    where not l.busy
    order by r.tick
    limit l.remaining
  ) r
),
added as (
  insert into programma.jobs (id, topic, priority, retry_after_seconds, max_attempts, run_after, created_at, tick, data)
  select id, topic, priority, retry_after_seconds, max_attempts, tick, now(), tick, data from runs order by id
  on conflict (id) do nothing
  returning id, topic, priority, run_after
),
queued as (
  insert into programma.queue (topic, priority, run_after, id)
  select topic, priority, run_after, id from added
  on conflict do nothing
),
moved as (
  update programma.schedules t
  set next_at = case when l.remaining - n.runs <= 0 then null
                     else 'epoch'::timestamptz + l.next * interval '1 millisecond' end,
      remaining = l.remaining - n.runs,
      last_at = coalesce(n.last, t.last_at),
      last_job_id = coalesce(n.last_id, t.last_job_id)
  from locked l, lateral (
    select count(*)::int as runs, max(r.tick) as last, (array_agg(r.id order by r.tick desc))[1] as last_id
    from runs r where r.name = l.name
  ) n
  where t.name = any(array(select name from locked)) and t.name = l.name
  returning t.name
)
select a.topic, min((extract(epoch from a.run_after) * 1000000)::float8) as due_micros, count(*) as added
from added a
group by a.topic;
