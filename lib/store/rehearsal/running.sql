-- Whether this worker has anything in hand. $1 its name, with which the names of all its claims begin.
select exists (select from programma.claims c where starts_with(c.worker, $1::text)) as running;
