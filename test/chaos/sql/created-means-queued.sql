-- A job is `created` if and only if exactly its own row is in the queue.
select coalesce(j.id, q.id) as id, j.state, q.topic, q.priority, q.run_after
from programma.jobs j
full join programma.queue q on q.id = j.id
where (j.state = 'created') is distinct from (q.id is not null)
   or (q.topic, q.priority, q.run_after) <> (j.topic, j.priority, j.run_after);
