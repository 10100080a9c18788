-- Removes a schedule; the jobs that came of it stay. $1 the name.
delete from programma.schedules where name = $1::text returning name;
