-- What is due of each topic: how much, counted up to $1, and how long the oldest has been waiting.
-- Hops from topic to topic in the index of what waits, and reads at most $1 of its entries in each: it never counts a
-- table, whatever lies in it.
with recursive waiting as (
  (select topic from programma.queue order by topic limit 1)
  union all
  select (select q.topic from programma.queue q where q.topic > waiting.topic order by q.topic limit 1)
  from waiting where waiting.topic is not null
)
select w.topic, counted.due, oldest.seconds as oldest_due_seconds
from waiting w,
  lateral (
    select extract(epoch from now() - min(first.run_after))::float8 as seconds
    from generate_series(0, 9) as lane(p), lateral (
      select q.run_after from programma.queue q
      where q.topic = w.topic and q.priority = lane.p and q.run_after <= now()
      order by q.run_after limit 1
    ) first
  ) oldest,
  lateral (
    select count(*) as due
    from (
      select from generate_series(0, 9) as lane(p), lateral (
        select from programma.queue q
        where q.topic = w.topic and q.priority = lane.p and q.run_after <= now()
        order by q.run_after limit $1::int
      ) entry
      limit $1::int
    ) entries
  ) counted
where w.topic is not null and oldest.seconds is not null
order by w.topic;
