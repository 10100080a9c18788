-- Gives back, unspent, what a worker was promised without ever hearing of it: the answer to a claim was lost.
-- $1 the names under which that may be; $2 the claims of these names that it knows, and perhaps others.
-- A claim past its time is not given back unspent: it is broken.
with unknown as materialized (
  select c.ctid as tid, c.id, c.job_ids
  from programma.claims c
  where c.worker = any($1::text[]) and c.id <> all($2::uuid[]) and c.expires_at > now()
  for update skip locked
),
held as materialized (
  select j.id
  from unknown u, lateral unnest(u.job_ids) as listed(id), lateral (
    select j.id
    from programma.jobs j
    where j.id = listed.id and j.claim_id = u.id and j.state = 'active'
    for no key update skip locked
  ) j
),
released as (
  update programma.jobs j set state = 'created', attempts = j.attempts - 1
  where j.id = any(array(select id from held))
  returning j.id, j.topic, j.priority, j.run_after
),
queued as (
  insert into programma.queue (topic, priority, run_after, id)
  select topic, priority, run_after, id from released
  on conflict do nothing
),
empty as (
  select u.tid
  from unknown u
  where not exists (
    select from unnest(u.job_ids) as listed(id), lateral (
      select from programma.jobs j
      where j.id = listed.id and j.claim_id = u.id and j.state in ('active', 'processing')
      limit 1  -- as in break-claims: a look by id, never a join with all jobs
    ) j
    where not listed.id = any(array(select id from held))
  )
),
removed as (
  delete from programma.claims c where c.ctid = any(array(select tid from empty))
)
select id from released;
