-- A job is `active` or `processing` if and only if its claim is there and lists it.
select j.id, j.state, j.claim_id
from programma.jobs j left join programma.claims c on c.id = j.claim_id and j.id = any(c.job_ids)
where j.state in ('active', 'processing') and c.id is null;
