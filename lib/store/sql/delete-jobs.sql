-- Deletes jobs with their records and with what holds them. Like move-jobs: changed = false asks for a repetition.
-- $1 the ids; $2 the states in which they may be deleted.
with held as materialized (
  select j.id, j.topic, j.priority, j.run_after, j.state, j.claim_id
  from programma.jobs j
  where j.id = any($1::uuid[]) and j.state = any($2::text[])
  order by j.id
  for update
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
  select claim_id, count(*)::int as n from held where state in ('active', 'processing') group by claim_id order by claim_id
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
deleted as (
  delete from programma.jobs j
  where j.id = any(array(
    select id from unqueued
    union all
    select h.id from held h where h.state in ('active', 'processing') and h.claim_id = any(array(select id from remaining))
    union all
    select h.id from held h where h.state in ('completed', 'failed', 'cancelled')))
  returning j.id
)
select held.id, held.state as was, deleted.id is not null as changed
from held left join deleted on deleted.id = held.id;
