-- Gives a worker the first due jobs of many topics, each topic up to its free places, and promises them to it.
-- $1 topics, $2 free places, $3 attempts a job has where it says nothing itself (null: no limit);
-- $4, $5 the cursor (microseconds since 1970, id) of each topic's ten priorities, ten entries a topic;
-- $6 the worker; $7 whether to say when the next lease ends, and when the next schedule is due.
--
-- Each priority is a lane of its own: within one, the index holds the due jobs side by side, so that the scan
-- touches nothing that lies in the future. The cursor lets it start after the jobs of the last claim, past the dead
-- entries that an old transaction keeps in the index. A row that somebody else has locked is passed by, both in the
-- queue and in the records, and everything that is checked or read of a record comes from its lock.
-- date_part computes with floats, extract with numeric, which is slower; round makes whole microseconds of it again.
-- MATERIALIZED and `any(array(…))`: inlined or joined freely, the planner may lock more rows than it returns, or scan
-- whole tables when its statistics are old, which a queue's always are.
with wants as materialized (
  select w.topic, w.want, w.max_attempts, w.o
  from unnest($1::text[], $2::int[], $3::int[]) with ordinality as w(topic, want, max_attempts, o)
  where not exists (select from programma.topics t where t.topic = w.topic and t.paused)
),
due as materialized (
  select found.*, w.max_attempts
  from wants w, lateral (
    select found.*
    from generate_series(0, 9) as lane(p), lateral (
      select q.tid, q.id, j.lease
      from (
        select q.ctid as tid, q.id
        from programma.queue q
        where q.topic = w.topic and q.priority = lane.p and q.run_after <= now()
          -- the first condition is where the index scan starts, the second is exact
          and q.run_after >= 'epoch'::timestamptz + ($4::float8[])[w.o * 10 + lane.p - 9] * interval '1 microsecond'
          and (q.run_after, q.id) >
              ('epoch'::timestamptz + ($4::float8[])[w.o * 10 + lane.p - 9] * interval '1 microsecond',
               ($5::uuid[])[w.o * 10 + lane.p - 9])
        order by q.run_after, q.id
        for update skip locked
      ) q, lateral (
        select j.retry_after_seconds as lease
        from programma.jobs j
        where j.id = q.id and j.state = 'created'
        for no key update skip locked
      ) j
      limit w.want
    ) found
    limit w.want
  ) found
),
unqueued as (
  delete from programma.queue q using due d
  where q.ctid = any(array(select tid from due)) and q.ctid = d.tid
  returning d.id, d.lease, d.max_attempts
),
promised as (
  insert into programma.claims (worker, lease, expires_at, job_ids, open)
  select $6::text, lease, now() + lease * interval '1 second', array_agg(id), count(*)
  from unqueued
  group by lease
  returning id, lease
),
taken as (
  update programma.jobs j
  set state = 'active', claim_id = p.id, started_at = now(), attempts = j.attempts + 1,
      -- the limit that counts goes into the record, so that whoever breaks the claim can judge it alone
      max_attempts = coalesce(j.max_attempts, d.max_attempts)
  from unqueued d join promised p on p.lease = d.lease
  where j.id = any(array(select id from unqueued)) and j.id = d.id
  returning j.id, j.topic, j.claim_id, j.priority, j.attempts, j.max_attempts, j.releases, d.lease,
            date_part('epoch', j.created_at) * 1000 as created_ms,
            round(date_part('epoch', j.run_after) * 1000000) as run_after_micros,
            date_part('epoch', now() - j.run_after) * 1000 as waited_ms,
            date_part('epoch', j.tick) * 1000 as tick_ms, j.attributes, j.data
),
waits as materialized (
  select
    -- only a claim that came back short has to know when there is more
    case when (select count(*) from due) < (select sum(want) from wants) then (
      select extract(epoch from min(f.run_after) - clock_timestamp())::float8 * 1000
      from wants w, generate_series(0, 9) as lane(p), lateral (
        select q.run_after
        from programma.queue q
        where q.topic = w.topic and q.priority = lane.p and q.run_after > now()
        order by q.run_after
        limit 1
      ) f
    ) end as due_ms,
    case when $7::boolean then (
      select extract(epoch from c.expires_at - clock_timestamp())::float8 * 1000
      from programma.claims c
      where c.expires_at < 'infinity'
      order by c.expires_at
      limit 1
    ) end as lease_ms,
    case when $7::boolean then (
      select extract(epoch from s.next_at - clock_timestamp())::float8 * 1000
      from programma.schedules s
      where s.next_at is not null and not s.paused
        and (s.declared_until is null or s.declared_until > now())
      order by s.next_at
      limit 1
    ) end as tick_ms
)
select waits.due_ms, waits.lease_ms, waits.tick_ms as next_tick_ms, taken.id, taken.topic, taken.claim_id, taken.priority, taken.attempts,
       taken.max_attempts, taken.releases, taken.lease, taken.created_ms, taken.run_after_micros, taken.waited_ms, taken.tick_ms,
       taken.attributes, taken.data
from waits left join taken on true;
