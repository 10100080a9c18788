-- Removes unique keys that hold nothing any more, walking through the table a batch at a time.
-- $1 the key at which the last batch ended; $2 how many to look at. Keys of failed and cancelled jobs stay as long as
-- their records: a job that retryJob takes back has its key again, unless another job has taken it meanwhile.
-- A key that somebody takes over meanwhile is passed by, or found to name another job.
with looked as materialized (
  select k.key, k.job_id, k.held_until
  from programma.unique_keys k
  where k.key > $1::uuid
  order by k.key
  limit $2::int
),
known as materialized (
  select l.key, l.job_id, l.held_until, (select j.state from programma.jobs j where j.id = l.job_id) as state
  from looked l
),
over as materialized (
  select k.key
  from known n, lateral (
    select k.key from programma.unique_keys k where k.key = n.key and k.job_id = n.job_id for update skip locked
  ) k
  where n.state is null or n.held_until <= now() or (n.held_until is null and n.state = 'completed')
),
removed as (
  delete from programma.unique_keys k where k.key = any(array(select key from over)) returning k.key
)
select (select count(*)::int from looked) as looked, (select count(*)::int from removed) as removed,
       -- the greatest, for which there is no max()
       (select key from looked order by key desc limit 1) as last_key,
       set_config('synchronous_commit', 'off', true);
