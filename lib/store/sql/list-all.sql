-- A page of all jobs, the newest first. $1 the topic, or null; $2 the last id of the page before; $3 how many.
-- uuid_send(id) sorts as id does; the migration says why the index by topic has it so.
(select j.id from programma.jobs j
 where $1::text is null and j.id < $2::uuid
 order by j.id desc limit $3::int)
union all
(select j.id from programma.jobs j
 where j.topic = $1::text and uuid_send(j.id) < uuid_send($2::uuid)
 order by j.topic desc, uuid_send(j.id) desc limit $3::int);
