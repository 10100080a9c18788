-- Extends the leases of a worker's claims, and says which of its running jobs are no longer its own.
-- $1 the claims; $2, $3 the running jobs and the claim that each was given out by.
-- Writes no row of jobs. Answers the jobs that are gone, with why: cancelled (or deleted), moved (by hand), lost.
with locked as materialized (
  select c.id from programma.claims c where c.id = any($1::uuid[]) order by c.id for update
),
renewed as (
  update programma.claims c set expires_at = now() + c.lease * interval '1 second'
  where c.id = any(array(select id from locked))
  returning c.id
)
select
  mine.id, mine.claim_id,
  case
    when j.id is null or (j.claim_id = mine.claim_id and j.state = 'cancelled') then 'cancelled'
    when j.claim_id = mine.claim_id and j.state = 'active' then 'lost'
    when j.claim_id = mine.claim_id or j.state = 'processing' then 'moved'
    else 'lost'
  end as why
from unnest($2::uuid[], $3::uuid[]) as mine(id, claim_id)
left join lateral (
  select j.id, j.claim_id, j.state from programma.jobs j where j.id = mine.id
  limit 1  -- as in break-claims: a look by id, never a join with all jobs
) j on true
where j.id is null or j.claim_id is distinct from mine.claim_id or j.state <> 'active'
   or mine.claim_id <> all(array(select id from renewed));
