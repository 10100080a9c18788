-- The topics of which a job waits, due or not. Hops from topic to topic in the index: it never reads through the queue.
with recursive known as (
  (select topic from programma.queue order by topic limit 1)
  union all
  select (select q.topic from programma.queue q where q.topic > known.topic order by q.topic limit 1)
  from known where known.topic is not null
)
select topic from known where topic is not null;
