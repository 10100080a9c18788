-- What is due of these topics, in the order of its turn. $1 the topics; $2 how many at the most.
select q.id, q.topic
from programma.queue q
where q.topic = any($1::text[]) and q.run_after <= now()
  and not exists (select from programma.topics t where t.topic = q.topic and t.paused)
order by q.priority, q.run_after, q.id
limit $2::int;
