-- Completes a running job in its handler's own transaction: both are there, or neither.
-- $1 the result; $2 the job; $3 its claim. `inside` as in insert-jobs. False: the job is no longer the handler's, who
-- must roll back. The claims row is left alone: locked until the caller commits, it would hold up the jobs beside it.
with inside as materialized (
  select current_setting('programma_tx.id', true) = pg_current_xact_id()::text as yes
),
completed as (
  update programma.jobs j
  set state = 'completed', finished_at = statement_timestamp(), result = $1::text::jsonb
  where j.id = $2::uuid and j.claim_id = $3::uuid and j.state = 'active' and (select yes from inside)
  returning j.id
)
select case
  when inside.yes then (select (count(*) > 0)::text from completed)
  else nullif(set_config('programma_tx.id', pg_current_xact_id()::text, true), pg_current_xact_id()::text)
  end as answer
from inside;
