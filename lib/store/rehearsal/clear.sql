-- Removes every job, and what was said about topics; schedules stay.
with queued as (delete from programma.queue),
promised as (delete from programma.claims),
said as (delete from programma.topics)
delete from programma.jobs;
