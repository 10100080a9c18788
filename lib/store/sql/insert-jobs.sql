-- Adds jobs, each to the record and to the queue; an id that is there already adds nothing, to neither.
-- $1 whether the statement runs in a caller's transaction; $2 the jobs as JSON, in the order of their ids, so that two
-- adders of the same ids meet them in one order; $3 their data and $4 their attributes, in the same order (null: none
-- has any); $5 the channel on which workers are told at the commit, or null.
-- What is said of jobs is read as json, field by field; documents as jsonb, as their columns have them. Together in
-- one document they would be copied from jsonb to jsonb, which takes several times as long.
-- Delays count from this statement, not from the start of the caller's transaction.
-- Answers, as JSON text, which ids were there, and for each topic when its first new job is due and how long that is
-- from now. No answer: nothing was written (see `inside`).
--
-- In a caller's transaction the first try only leaves a mark that ends with the transaction, and writes nothing. The
-- second try finds the mark if, and only if, both ran in one transaction; so what calls itself a transaction and is
-- none (a pool, an ORM's instance outside of its transaction) is found out before it can do harm.
with inside as materialized (
  select not $1::boolean or current_setting('programma_tx.id', true) = pg_current_xact_id()::text as yes
),
new as materialized (
  select n.id, n.topic, n.priority, n.retry_after_seconds, n.max_attempts,
         nullif(n.attributes, 'null') as attributes, nullif(n.data, 'null') as data,
         coalesce(n.run_at, statement_timestamp() + coalesce(n.delay, 0) * interval '1 second') as run_after
  from rows from (
    json_to_recordset($2::text::json) as (
      id uuid, topic text, priority smallint, retry_after_seconds float8, max_attempts int, run_at timestamptz, delay float8),
    jsonb_array_elements($3::text::jsonb),
    jsonb_array_elements($4::text::jsonb)
  ) as n(id, topic, priority, retry_after_seconds, max_attempts, run_at, delay, data, attributes)
  where (select yes from inside)
),
added as (
  insert into programma.jobs (id, topic, priority, retry_after_seconds, max_attempts, run_after, created_at, attributes, data)
  select id, topic, priority, retry_after_seconds, max_attempts, run_after, statement_timestamp(), attributes, data
  from new
  on conflict (id) do nothing
  returning id, topic, priority, run_after
),
queued as (
  -- no conflict: a record that is new has no row there
  insert into programma.queue (topic, priority, run_after, id)
  select topic, priority, run_after, id from added
),
hints as materialized (
  select topic,
         (extract(epoch from min(run_after)) * 1000000)::float8 as due_micros,
         extract(epoch from min(run_after) - clock_timestamp())::float8 * 1000 as wait_ms
  from added
  group by topic
),
told as materialized (
  -- nobody rests for longer than an hour, so nobody needs to hear of what is due later
  select pg_notify(channel.name, json_build_object(
           'from', '', 'kind', 'added', 'topic', topic, 'dueMicros', due_micros, 'waitMs', wait_ms)::text)
  from (select $5::text as name) channel, hints
  where channel.name is not null and wait_ms <= 3600000
)
select case
  when inside.yes then json_build_object(
    'there', case when (select count(*) from added) < (select count(*) from new)
                  then (select json_agg(id) from new where id not in (select id from added)) end,
    'hints', (select json_agg(json_build_object('topic', topic, 'dueMicros', due_micros, 'waitMs', wait_ms)) from hints),
    'told', (select count(*) from told))::text
  else nullif(set_config('programma_tx.id', pg_current_xact_id()::text, true), pg_current_xact_id()::text)
  end as answer
from inside;
