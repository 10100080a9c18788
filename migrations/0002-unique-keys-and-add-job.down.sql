-- Jobs that are there stay; what was unique is so no longer.
drop function programma.add_job;
drop function programma.undo_unsure;
drop function programma.uuid_v7;
drop table programma.unique_keys;
