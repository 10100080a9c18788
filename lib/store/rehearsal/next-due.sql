-- Milliseconds until something comes due: a job of these topics, or the deadline of one that somebody else works on.
-- $1 the topics; $2 the worker whose claims do not count.
select extract(epoch from least(
  (select min(q.run_after) from programma.queue q
   where q.topic = any($1::text[])
     and not exists (select from programma.topics t where t.topic = q.topic and t.paused)),
  (select min(c.expires_at) from programma.claims c where not starts_with(c.worker, $2::text) and c.expires_at < 'infinity')
) - clock_timestamp())::float8 * 1000 as wait_ms;
