-- Adds keys to a job's attributes, or replaces them all, in every state.
-- $1 the job; $2 an object; $3 whether it replaces; $4 the claim that must still hold the job, or null.
update programma.jobs j
set attributes = case when $3::boolean then $2::jsonb else coalesce(j.attributes, '{}') || $2::jsonb end
where j.id = $1::uuid and ($4::uuid is null or (j.claim_id = $4::uuid and j.state = 'active'))
returning j.id;
