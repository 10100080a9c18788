-- Writes what became of running jobs. The fence: only the claim that gave a job out may settle it.
-- $1 the jobs, in the order of their ids, and $2 their claims; $3 as JSON, in the same order, what there is to say of each
-- but that it is completed (null: nothing; null for all: of none); $4 whether the outcomes must survive a crash of the
-- server (what a handler waits for must; what the engine writes on its own may run again, and the fence lets one of the
-- runs count).
--
-- A claims row whose last job is settled goes in the same statement, on the database's count: a client that counts
-- for itself leaves a job active for ever when one of its settlements is lost.
-- Of an outcome that was accepted and has ended its job there is nothing to say; so that there is an answer, the first
-- row may be empty. Otherwise: accepted (the job waits again, and from when); moved (somebody moved the job by id:
-- nothing to report); lost (another claim has it); unsure (the record changed while this statement waited for it: ask
-- again). as_said: of a job that was moved, whether the record is as this outcome would have made it, which after a
-- lost answer means that it did.
with said as materialized (
  select s.id, s.claim_id, coalesce(s.more ->> 'outcome', 'completed') as outcome, (s.more ->> 'delay')::float8 as delay,
         nullif(s.more -> 'result', 'null') as result, s.more -> 'error' as error
  from rows from (unnest($1::uuid[], $2::uuid[]), jsonb_array_elements($3::text::jsonb)) as s(id, claim_id, more)
),
settled as (
  update programma.jobs j
  set state = case s.outcome when 'completed' then 'completed' when 'failed' then 'failed' else 'created' end,
      run_after = case s.outcome
        when 'retried' then now() + s.delay * interval '1 second'
        when 'snoozed' then now() + s.delay * interval '1 second'
        when 'unmoved' then j.started_at + j.retry_after_seconds * interval '1 second'
        else j.run_after end,
      finished_at = case when s.outcome in ('completed', 'failed') then now() end,
      failed_at = case when s.outcome = 'failed' then now() end,
      attempts = case when s.outcome in ('snoozed', 'released', 'deferred') then j.attempts - 1 else j.attempts end,
      releases = case when s.outcome = 'released' then j.releases + 1 else j.releases end,
      result = case when s.outcome = 'completed' then s.result else j.result end,
      error_count = case when s.error is null then j.error_count else j.error_count + 1 end,
      errors = case
        when s.error is null then j.errors
        else (case when jsonb_array_length(j.errors) >= 20 then j.errors - 0 else coalesce(j.errors, '[]') end)
             || jsonb_build_array(jsonb_build_object('attempt', j.attempts, 'at', now()) || s.error) end
  from said s
  where j.id = any(array(select id from said)) and j.id = s.id
    and j.claim_id = s.claim_id and j.state = 'active'
  returning j.id, j.claim_id, j.topic, j.priority, j.run_after, j.state
),
queued as (
  insert into programma.queue (topic, priority, run_after, id)
  select topic, priority, run_after, id from settled where state = 'created'
  on conflict do nothing
),
counted as materialized (
  select claim_id, count(*)::int as n from settled group by claim_id order by claim_id
),
remaining as materialized (
  select c.id, c.open - counted.n as open
  from counted, lateral (select c.id, c.open from programma.claims c where c.id = counted.claim_id for update) c
),
lowered as (
  update programma.claims c set open = r.open
  from remaining r
  where c.id = any(array(select id from remaining where open > 0)) and c.id = r.id
),
emptied as (
  delete from programma.claims c where c.id = any(array(select id from remaining where open <= 0))
),
durability as materialized (
  select set_config('synchronous_commit', case when $4::boolean then current_setting('synchronous_commit') else 'off' end, true)
)
select
  s.id, s.claim_id,
  case
    when settled.id is not null then 'accepted'
    else (
      select case
        when j.claim_id = s.claim_id and j.state = 'active' then 'unsure'
        when j.claim_id = s.claim_id or j.state = 'processing' then 'moved'
        else 'lost' end
      from programma.jobs j where j.id = s.id
    )
  end as answer,
  settled.id is null and (
    select j.claim_id = s.claim_id and case s.outcome
      when 'completed' then j.state = 'completed' and j.result is not distinct from s.result
      when 'failed' then j.state = 'failed' and coalesce(j.errors -> -1 @> s.error, true)
      else j.state = 'created' end
    from programma.jobs j where j.id = s.id
  ) as as_said,
  extract(epoch from settled.run_after - clock_timestamp())::float8 * 1000 as wait_ms,
  (extract(epoch from settled.run_after) * 1000000)::float8 as due_micros
from durability
  -- by both: a process may have a job twice, under a claim that it lost and under the one that holds it now
  left join (said s left join settled on settled.id = s.id and settled.claim_id = s.claim_id)
  on settled.id is null or settled.state = 'created';
