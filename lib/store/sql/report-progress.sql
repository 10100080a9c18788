-- Writes how far running jobs are. Fenced like settle-jobs; may be forgotten in a crash of the server.
-- $1 as JSON, in the order of the jobs' ids: the job, its claim, the progress. Answers the jobs that took it.
with said as materialized (
  select s.id, s.claim_id, s.progress
  from jsonb_to_recordset($1::jsonb) as s(id uuid, claim_id uuid, progress jsonb)
),
written as (
  update programma.jobs j set progress = s.progress
  from said s
  where j.id = any(array(select id from said)) and j.id = s.id
    and j.claim_id = s.claim_id and j.state = 'active'
  returning j.id
)
select w.id, set_config('synchronous_commit', 'off', true) from written w;
