-- Makes these jobs due if they wait. $1 the ids.
with moved as (
  update programma.jobs j set run_after = now()
  where j.id = any($1::uuid[]) and j.state = 'created'
  returning j.id
)
update programma.queue q set run_after = now() from moved where q.id = moved.id;
