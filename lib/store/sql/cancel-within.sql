-- Cancels a job in a caller's transaction, from every unfinished state. Like move-jobs, but the claims row of a running
-- job is left alone: locked until the caller commits, it would hold up the jobs beside it, and the breaking of the
-- claim, which looks at the records, clears it.
-- $1 the job; $2 the channel on which its handler is told at the commit, or null. `inside` as in insert-jobs.
-- Answers, as JSON text, the state it was in, and whether it is cancelled; changed = false asks for a repetition.
with inside as materialized (
  select current_setting('programma_tx.id', true) = pg_current_xact_id()::text as yes
),
held as materialized (
  select j.id, j.topic, j.priority, j.run_after, j.state, j.claim_id
  from programma.jobs j
  where j.id = $1::uuid and j.state in ('created', 'active', 'processing') and (select yes from inside)
  for no key update
),
waiting as materialized (
  select q.tid
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
remaining as materialized (
  select c.id, c.open - 1 as open
  from held h, lateral (select c.id, c.open from programma.claims c where c.id = h.claim_id for update) c
  where h.state = 'processing'
),
lowered as (
  update programma.claims c set open = c.open - 1 where c.id = any(array(select id from remaining where open > 0))
),
emptied as (
  delete from programma.claims c where c.id = any(array(select id from remaining where open <= 0))
),
moved as (
  update programma.jobs j
  set state = 'cancelled', finished_at = statement_timestamp(), cancelled_at = statement_timestamp()
  where j.id = any(array(
    select id from unqueued
    union all
    select h.id from held h where h.state = 'active'
    union all
    select h.id from held h where h.state = 'processing' and h.claim_id = any(array(select id from remaining))))
  returning j.id
),
told as materialized (
  select pg_notify(channel.name, json_build_object('from', '', 'kind', 'gone', 'ids', json_build_array(h.id))::text)
  from (select $2::text as name) channel, held h
  where channel.name is not null and h.state = 'active'
)
select case
  when inside.yes then json_build_object(
    'was', (select state from held),
    'changed', (select count(*) > 0 from moved),
    'told', (select count(*) from told))::text
  else nullif(set_config('programma_tx.id', pg_current_xact_id()::text, true), pg_current_xact_id()::text)
  end as answer
from inside;
