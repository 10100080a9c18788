-- When nothing runs any more, no claim is left, and no finished job is listed as held.
select c.id, c.worker, c.open, c.expires_at, c.job_ids from programma.claims c;
