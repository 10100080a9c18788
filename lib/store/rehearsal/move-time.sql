-- Lets time pass: what waits, and what has a deadline, comes nearer. $1 how many milliseconds; $2 the worker whose
-- claims stay, since they are running in real time.
with queued as (
  update programma.queue q set run_after = q.run_after - $1::float8 * interval '1 millisecond'
),
promised as (
  update programma.claims c set expires_at = c.expires_at - $1::float8 * interval '1 millisecond'
  where not starts_with(c.worker, $2::text) and c.expires_at < 'infinity'
)
update programma.jobs j set run_after = j.run_after - $1::float8 * interval '1 millisecond' where j.state = 'created';
