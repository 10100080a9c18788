-- Whether this worker has anything in hand. $1 its name.
select exists (select from programma.claims c where c.worker = $1::text) as running;
