-- Adds keys to the attributes of many jobs, in every state.
-- $1 as JSON: the job, an object; a job at most once. Answers the jobs that are there.
with said as materialized (
  select s.id, s.attributes from jsonb_to_recordset($1::jsonb) as s(id uuid, attributes jsonb)
),
held as materialized (
  select j.id from programma.jobs j where j.id = any(array(select id from said)) order by j.id for no key update
)
update programma.jobs j
set attributes = coalesce(j.attributes, '{}') || s.attributes
from said s
where j.id = any(array(select id from held)) and j.id = s.id
returning j.id;
