-- Removes every schedule; the jobs that came of them stay.
alter table programma.jobs drop column tick;
drop table programma.schedules;
