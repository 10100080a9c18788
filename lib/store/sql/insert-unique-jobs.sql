-- insert-jobs for jobs of which some have a unique key, each key and each id once in the statement, groups of jobs all
-- or none. $1, $2, $3 as there; a job also says its group (grp), its key, while what it holds it (held_while) or how
-- long (held_seconds), and what is done when another job holds it (on_conflict).
--
-- A key is held while the job that its row names is in certain states (or until a moment), so nothing that ends a job
-- has to know of keys. A job that finds its key held writes nothing to unique_keys; one that finds it free inserts
-- the row, or takes it over from exactly the job that the snapshot showed. Whoever was slower, and whoever had to wait
-- for a record, is `unsure`: nothing of its group is written but keys, which hold nothing without their job, and it
-- asks again with a new snapshot. Keys are inserted, and then taken, in their order; then records, then queue rows.
--
-- Among CTEs, `in (select …)` is a hash; to a table, it would be a free join.
--
-- Answers, as JSON text, for each job what became of it (created, duplicate, replaced, rescheduled, rejected, unsure)
-- and the id of the job that is there; and hints as insert-jobs does.
with inside as materialized (
  select not $1::boolean or current_setting('programma_tx.id', true) = pg_current_xact_id()::text as yes
),
new as materialized (
  select n.id, n.grp, n.topic, n.priority, n.retry_after_seconds, n.max_attempts, n.attributes, n.data,
         coalesce(n.run_at, statement_timestamp() + coalesce(n.delay, 0) * interval '1 second') as run_after,
         n.key, n.held_while, statement_timestamp() + n.held_seconds * interval '1 second' as held_until, n.on_conflict
  from jsonb_to_recordset($2::text::jsonb) as n(
    id uuid, grp int, topic text, priority smallint, retry_after_seconds float8, max_attempts int,
    run_at timestamptz, delay float8, attributes jsonb, data jsonb,
    key uuid, held_while text, held_seconds float8, on_conflict text)
  where (select yes from inside)
),
-- looks by id as scalar subqueries, which never become joins with all jobs
looked as materialized (
  select n.id, n.grp, n.key, n.on_conflict,
         (select j.id from programma.jobs j where j.id = n.id) as itself,
         (select k from programma.unique_keys k where k.key = n.key) as k
  from new n
),
known as materialized (
  select l.id, l.grp, l.key, l.on_conflict, l.itself, (l.k).job_id as holder, (l.k).held_while, (l.k).held_until,
         (select j.state from programma.jobs j where j.id = (l.k).job_id) as state
  from looked l
),
seen as materialized (
  select id, grp, key, on_conflict, holder,
         case
           when itself is not null then 'itself'
           when key is null then 'free'
           when holder is null then 'absent'
           when held_until > statement_timestamp() and state <> 'cancelled' then 'held'
           when held_until is null and (state = 'created' or (held_while = 'unfinished' and state in ('active', 'processing')))
             then 'held'
           else 'stale'
         end as found,
         state = 'created' and on_conflict in ('replace', 'reschedule') as changes
  from known
),
refused as materialized (
  select grp from seen where found = 'held' and on_conflict = 'reject'
),
inserted as (
  insert into programma.unique_keys (key, job_id, held_while, held_until)
  select n.key, n.id, n.held_while, n.held_until
  from new n
  where n.id in (select id from seen where found = 'absent' and grp not in (select grp from refused))
  order by n.key
  on conflict (key) do nothing
  returning job_id
),
stale as materialized (
  select s.id, k.key
  from (
    select id, key, holder from seen
    where found = 'stale' and grp not in (select grp from refused) and (select count(*) from inserted) >= 0
    order by key
  ) s, lateral (
    select k.key from programma.unique_keys k where k.key = s.key and k.job_id = s.holder for update
  ) k
),
taken as (
  update programma.unique_keys k
  set job_id = n.id, held_while = n.held_while, held_until = n.held_until
  from new n
  where k.key = any(array(select key from stale)) and n.id in (select id from stale) and k.key = n.key
  returning k.job_id
),
waiting as materialized (
  select s.id, s.grp, j.id as holder, q.tid
  from (
    select id, grp, holder from seen
    where found = 'held' and changes and grp not in (select grp from refused) and (select count(*) from taken) >= 0
    order by holder
  ) s, lateral (
    select j.id, j.topic, j.priority, j.run_after
    from programma.jobs j
    where j.id = s.holder and j.state = 'created'
    for no key update
  ) j, lateral (
    select q.ctid as tid
    from programma.queue q
    where q.topic = j.topic and q.priority = j.priority and q.run_after = j.run_after and q.id = j.id
    for update
  ) q
),
judged as materialized (
  select s.id, s.grp, s.holder, s.found,
         case
           when s.found = 'itself' then 'duplicate'
           when s.found = 'free' then 'created'
           when s.found = 'held' and s.on_conflict = 'reject' then 'rejected'
           when s.found = 'held' and s.changes and s.id in (select id from waiting) then s.on_conflict || 'd'
           when s.found = 'held' and not s.changes then 'duplicate'
           when s.id in (select job_id from inserted union all select job_id from taken) then 'created'
           else 'unsure'
         end as verdict
  from seen s
),
closed as materialized (
  select grp from judged where verdict in ('rejected', 'unsure')
),
added as (
  insert into programma.jobs (id, topic, priority, retry_after_seconds, max_attempts, run_after, created_at, attributes, data)
  select id, topic, priority, retry_after_seconds, max_attempts, run_after, statement_timestamp(), attributes, data
  from new
  where id in (select id from judged where verdict = 'created' and grp not in (select grp from closed))
  on conflict (id) do nothing
  returning id, topic, priority, run_after
),
queued as (
  insert into programma.queue (topic, priority, run_after, id)
  select topic, priority, run_after, id from added
  on conflict do nothing
),
requeued as (
  update programma.queue q
  set run_after = n.run_after, priority = case n.on_conflict when 'replace' then n.priority else q.priority end
  from waiting w join new n on n.id = w.id
  where q.ctid = any(array(select tid from waiting where grp not in (select grp from closed))) and q.id = w.holder
  returning q.id, q.topic, q.priority, q.run_after, n.id as by_id
),
changed as (
  update programma.jobs j
  set run_after = r.run_after, priority = r.priority,
      retry_after_seconds = case n.on_conflict when 'replace' then n.retry_after_seconds else j.retry_after_seconds end,
      max_attempts = case n.on_conflict when 'replace' then n.max_attempts else j.max_attempts end,
      attempts = case n.on_conflict when 'replace' then 0 else j.attempts end,
      attributes = case n.on_conflict when 'replace' then n.attributes else j.attributes end,
      data = case n.on_conflict when 'replace' then n.data else j.data end
  from requeued r join new n on n.id = r.by_id
  where j.id = any(array(select id from requeued)) and j.id = r.id
),
hints as materialized (
  select topic,
         (extract(epoch from min(run_after)) * 1000000)::float8 as due_micros,
         extract(epoch from min(run_after) - clock_timestamp())::float8 * 1000 as wait_ms
  from (select topic, run_after from added union all select topic, run_after from requeued) due
  group by topic
),
told as materialized (
  select pg_notify(channel.name, json_build_object(
           'from', '', 'kind', 'added', 'topic', topic, 'dueMicros', due_micros, 'waitMs', wait_ms)::text)
  from (select $3::text as name) channel, hints
  where channel.name is not null and wait_ms <= 3600000
)
select case
  when inside.yes then json_build_object(
    'jobs', (select json_agg(json_build_object(
       'id', id,
       'became', case
         -- another transaction was faster with the same id
         when verdict = 'created' and grp not in (select grp from closed) and id not in (select id from added)
           then 'duplicate' else verdict end,
       'there', case when found = 'held' then holder else id end)) from judged),
    'hints', (select json_agg(json_build_object('topic', topic, 'dueMicros', due_micros, 'waitMs', wait_ms)) from hints),
    'told', (select count(*) from told))::text
  else nullif(set_config('programma_tx.id', pg_current_xact_id()::text, true), pg_current_xact_id()::text)
  end as answer
from inside;
