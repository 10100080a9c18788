-- The states of jobs by id; an id without a row is gone. $1 the ids.
select id, state from programma.jobs where id = any($1::uuid[]);
