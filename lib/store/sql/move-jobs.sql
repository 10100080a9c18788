-- Finishes jobs by id, from any process and from every unfinished state, whoever holds them.
-- $1 as JSON: which job becomes what (completed, failed, cancelled), its result or its error.
--
-- Record first, then what holds the job (its queue row, or its place in a claim), each of them in order; and no
-- state changes unless what holds the job went with it. A statement that had to wait for a record may not see the
-- queue row or the claim that came with the change: it then changes nothing and says so, and is repeated.
with said as materialized (
  select s.id, s.state, s.result, s.error
  from jsonb_to_recordset($1::jsonb) as s(id uuid, state text, result jsonb, error jsonb)
),
held as materialized (
  select j.id, j.topic, j.priority, j.run_after, j.state, j.claim_id
  from programma.jobs j
  where j.id = any(array(select id from said)) and j.state in ('created', 'active', 'processing')
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
moved as (
  update programma.jobs j
  set state = s.state,
      finished_at = now(),
      failed_at = case when s.state = 'failed' then now() end,
      cancelled_at = case when s.state = 'cancelled' then now() end,
      result = case when s.state = 'completed' then s.result else j.result end,
      error_count = case when s.error is null then j.error_count else j.error_count + 1 end,
      errors = case
        when s.error is null then j.errors
        else (case when jsonb_array_length(j.errors) >= 20 then j.errors - 0 else coalesce(j.errors, '[]') end)
             || jsonb_build_array(jsonb_build_object('attempt', j.attempts, 'at', now()) || s.error) end
  from said s
  where j.id = any(array(
          select id from unqueued
          union all
          select h.id from held h where h.state <> 'created' and h.claim_id = any(array(select id from remaining))))
    and j.id = s.id
  returning j.id
)
select held.id, held.state as was, moved.id is not null as changed
from held left join moved on moved.id = held.id;
