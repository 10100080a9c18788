-- A page of what is held: by handlers (active) or by somebody who reports by id (processing), claim by claim.
-- $1 the state; $2 the topic, or null; $3, $4 the claim and the job at which the page before ended; $5 how many.
-- Claim by claim, in order, until the page is full: to sort the whole would be to read all that is held.
select page.claim_id, page.id
from (
  select c.id as claim_id, held.id
  from (
    select c.id, c.job_ids from programma.claims c where c.id >= $3::uuid order by c.id
  ) c, lateral (
    select j.id
    from unnest(c.job_ids) as listed(id), lateral (
      select j.id, j.topic
      from programma.jobs j
      where j.id = listed.id and j.claim_id = c.id and j.state = $1::text
      limit 1  -- as in break-claims: a look by id, never a join with all jobs, nor a search by topic
    ) j
    where ($2::text is null or j.topic = $2::text) and (c.id, j.id) > ($3::uuid, $4::uuid)
    order by j.id
  ) held
  limit $5::int
) page
order by page.claim_id, page.id;
