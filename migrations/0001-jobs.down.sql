-- Removes every job with its record.
drop table programma.topics;
drop table programma.claims;
drop table programma.queue;
drop table programma.jobs;
