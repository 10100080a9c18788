-- Says that somebody else has the jobs now and will report by id: each gets a claim of theirs, with a deadline or none.
-- $1 as JSON: the job; the claim that must still hold it (a handler's word is fenced, a word by id is not);
-- who has it; the seconds until it is taken back (null: it is never taken back); whether it fails then, instead of
-- going back into the queue; and how far the work is (null: nothing new).
-- Like move-jobs: changed = false asks for a repetition.
with said as materialized (
  select s.id, s.fence, s.worker, coalesce(s.lease, 'Infinity') as lease, coalesce(s.fails, false) as fails, s.progress
  from jsonb_to_recordset($1::jsonb) as s(id uuid, fence uuid, worker text, lease float8, fails boolean, progress jsonb)
),
held as materialized (
  select j.id, j.topic, j.priority, j.run_after, j.state, j.claim_id
  from programma.jobs j
  where j.id = any(array(select id from said)) and j.state in ('created', 'active', 'processing')
    and not exists (
      select from said s where s.id = j.id and s.fence is not null and (j.claim_id <> s.fence or j.state <> 'active'))
  order by j.id
  for no key update
),
waiting as materialized (
  select h.id, q.tid
  from held h, lateral (
    select q.ctid as tid
    from programma.queue q
    where q.topic = h.topic and q.priority = h.priority and q.run_after = h.run_after and q.id = h.id
    for update
  ) q
  where h.state = 'created'
),
unqueued as (
  delete from programma.queue q where q.ctid = any(array(select tid from waiting)) returning q.id
),
counted as materialized (
  select claim_id, count(*)::int as n from held where state <> 'created' group by claim_id order by claim_id
),
remaining as materialized (
  select c.id, c.open - counted.n as open
  from counted, lateral (select c.id, c.open from programma.claims c where c.id = counted.claim_id for update) c
),
lowered as (
  update programma.claims c set open = r.open
  from remaining r
  where c.id = any(array(select id from remaining where open > 0)) and c.id = r.id
),
emptied as (
  delete from programma.claims c where c.id = any(array(select id from remaining where open <= 0))
),
free as materialized (
  select u.id, s.worker, s.lease, s.fails, s.progress from unqueued u join said s on s.id = u.id
  union all
  select h.id, s.worker, s.lease, s.fails, s.progress
  from held h join said s on s.id = h.id
  where h.state <> 'created' and h.claim_id = any(array(select id from remaining))
),
promised as (
  insert into programma.claims (worker, lease, expires_at, fails, job_ids, open)
  select worker, lease,
         case when lease = 'Infinity' then 'infinity' else now() + lease * interval '1 second' end,
         fails, array_agg(id), count(*)
  from free
  group by worker, lease, fails
  returning id, worker, lease, fails
),
moved as (
  update programma.jobs j
  set state = 'processing', claim_id = p.id, started_at = coalesce(j.started_at, now()),
      attempts = case when j.state = 'created' then j.attempts + 1 else j.attempts end,
      progress = coalesce(f.progress, j.progress)
  from free f join promised p on p.worker = f.worker and p.lease = f.lease and p.fails = f.fails
  where j.id = any(array(select id from free)) and j.id = f.id
  returning j.id
)
select held.id, held.state as was, moved.id is not null as changed
from held left join moved on moved.id = held.id;
