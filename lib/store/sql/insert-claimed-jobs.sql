-- Adds jobs that are due at once and promises them, in the same breath, to the worker that adds them.
-- $1 the jobs as JSON, of new ids that nobody else can name, all with one lease, $2 their data and $3 their attributes
-- (as in insert-jobs); $4 their topics, $5 attempts a job of each has where it says nothing itself (null: no limit);
-- $6 the claim, named by the worker; $7 the worker.
-- So it never waits for another adder, and its lease begins when it is written. A job of a paused topic waits in the
-- queue. The worker names the claim, so that it can tell it from one whose answer it never got (release-claims.sql).
-- Answers as insert-jobs does, in the first column, beside the claimed jobs as claim-jobs gives them.
with handlers as materialized (
  select h.topic, h.max_attempts,
         not exists (select from programma.topics t where t.topic = h.topic and t.paused) as works
  from unnest($4::text[], $5::int[]) as h(topic, max_attempts)
),
added as (
  insert into programma.jobs (id, topic, priority, retry_after_seconds, run_after, created_at, attributes, data,
                              max_attempts, state, claim_id, started_at, attempts)
  select n.id, n.topic, n.priority, n.retry_after_seconds, now(), now(), nullif(n.attributes, 'null'), nullif(n.data, 'null'),
         -- as in claim-jobs: the limit that counts goes into the record of what is claimed
         case when h.works then coalesce(n.max_attempts, h.max_attempts) else n.max_attempts end,
         case when h.works then 'active' else 'created' end,
         case when h.works then $6::uuid end,
         case when h.works then now() end,
         case when h.works then 1 else 0 end
  from rows from (
    json_to_recordset($1::text::json) as (
      id uuid, topic text, priority smallint, retry_after_seconds float8, max_attempts int),
    jsonb_array_elements($2::text::jsonb),
    jsonb_array_elements($3::text::jsonb)
  ) as n(id, topic, priority, retry_after_seconds, max_attempts, data, attributes)
  join handlers h on h.topic = n.topic
  returning id, topic, state, claim_id, priority, attempts, max_attempts, releases, retry_after_seconds as lease,
            created_at, run_after, tick, attributes, data
),
queued as (
  insert into programma.queue (topic, priority, run_after, id)
  select topic, priority, run_after, id from added where state = 'created'
),
promised as (
  insert into programma.claims (id, worker, lease, expires_at, job_ids, open)
  select $6::uuid, $7::text, min(lease), now() + min(lease) * interval '1 second', array_agg(id), count(*)
  from added
  where state = 'active'
  having count(*) > 0
),
hints as materialized (
  select topic, round(date_part('epoch', min(run_after)) * 1000000) as due_micros,
         date_part('epoch', min(run_after) - clock_timestamp()) * 1000 as wait_ms
  from added
  where state = 'created'
  group by topic
)
select
  json_build_object('hints', (
    select json_agg(json_build_object('topic', topic, 'dueMicros', due_micros, 'waitMs', wait_ms)) from hints))::text as answer,
  a.id, a.topic, a.claim_id, a.priority, a.attempts, a.max_attempts, a.releases, a.lease,
  date_part('epoch', a.created_at) * 1000 as created_ms,
  round(date_part('epoch', a.run_after) * 1000000) as run_after_micros,
  0 as waited_ms, date_part('epoch', a.tick) * 1000 as tick_ms, a.attributes, a.data
from (select) one left join added a on a.state = 'active';
