-- Every topic that has a record or was spoken of, whether it rests, and since when its first due job waits.
-- Hops from topic to topic in the index: it never counts or reads through the jobs.
with recursive known as (
  (select topic from programma.jobs order by topic limit 1)
  union all
  select (select j.topic from programma.jobs j where j.topic > known.topic order by j.topic limit 1)
  from known where known.topic is not null
)
select every_one.topic, coalesce(t.paused, false) as paused,
       (select extract(epoch from now() - min(first.run_after))::float8
        from generate_series(0, 9) as lane(p), lateral (
          select q.run_after from programma.queue q
          where q.topic = every_one.topic and q.priority = lane.p and q.run_after <= now()
          order by q.run_after limit 1
        ) first) as oldest_due_seconds
from (select topic from known where topic is not null union select topic from programma.topics) every_one
left join programma.topics t on t.topic = every_one.topic
order by every_one.topic;
