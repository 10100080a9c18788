-- Takes back what claims past their time still hold: into the queue, or failed where the attempts are spent or the
-- claim says so.
-- Anybody may do it at any moment. Claims and records that somebody else has locked wait for the next look, and a
-- claims row stays until the records say that it holds nothing any more.
-- The `limit 1` of a look by id keeps it one: without, the planner may join with the whole of jobs instead.
-- $1: how many claims at the most. Answers each job taken back; a row without a job stands for no more to do.
with broken as materialized (
  select c.ctid as tid, c.id, c.job_ids, c.worker, c.fails
  from programma.claims c
  where c.expires_at < now()
  order by c.expires_at
  limit $1::int
  for update skip locked
),
held as materialized (
  select j.id, b.worker, b.fails
  from broken b, lateral unnest(b.job_ids) as listed(id), lateral (
    select j.id
    from programma.jobs j
    where j.id = listed.id and j.claim_id = b.id and j.state in ('active', 'processing')
    for no key update skip locked
  ) j
),
taken_back as (
  update programma.jobs j
  set state = case when h.fails or j.attempts >= j.max_attempts then 'failed' else 'created' end,
      run_after = now(),
      -- a late word about it is of a lost lease, not about a job that somebody moved
      claim_id = null,
      finished_at = case when h.fails or j.attempts >= j.max_attempts then now() end,
      failed_at = case when h.fails or j.attempts >= j.max_attempts then now() end,
      error_count = j.error_count + 1,
      errors = (case when jsonb_array_length(j.errors) >= 20 then j.errors - 0 else coalesce(j.errors, '[]') end)
               || jsonb_build_array(jsonb_build_object(
                    'attempt', j.attempts, 'at', now(), 'name', 'LeaseExpiredError',
                    'message', case j.state when 'processing' then 'lost by ' || h.worker || ' (its deadline passed)'
                                            else 'lease expired (held by ' || h.worker || ')' end))
  from held h
  where j.id = any(array(select id from held)) and j.id = h.id
  returning j.id, j.topic, j.priority, j.run_after, j.state, j.attempts, j.max_attempts
),
queued as (
  insert into programma.queue (topic, priority, run_after, id)
  select topic, priority, run_after, id from taken_back where state = 'created'
  on conflict do nothing
),
empty as (
  select b.tid
  from broken b
  where not exists (
    select from unnest(b.job_ids) as listed(id), lateral (
      select from programma.jobs j
      where j.id = listed.id and j.claim_id = b.id and j.state in ('active', 'processing')
      limit 1
    ) j
    where not listed.id = any(array(select id from held))
  )
),
removed as (
  delete from programma.claims c where c.ctid = any(array(select tid from empty)) returning c.id
),
-- what is locked goes to the end of the line: the first $1 claims must not hold up all that come after them
postponed as (
  update programma.claims c set expires_at = now() + interval '500 milliseconds'
  where c.ctid = any(array(select tid from broken except select tid from empty))
)
select
  (select count(*) from broken) as broken,
  (select count(*) from removed) as removed,
  -- a claim past its time that was passed by, because somebody had its row at this moment
  (select count(*) from broken) < $1::int and exists (
    select from programma.claims c
    where c.expires_at < now() and not c.ctid = any(array(select tid from broken))) as passed_by,
  (select extract(epoch from c.expires_at - clock_timestamp())::float8 * 1000
   from programma.claims c
   where c.expires_at >= now() and c.expires_at < 'infinity'
   order by c.expires_at limit 1) as lease_ms,
  t.id, t.topic, t.state, t.attempts, t.max_attempts, (extract(epoch from t.run_after) * 1000000)::float8 as due_micros
from (select) one left join taken_back t on true;
