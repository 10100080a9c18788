-- A page of what waits, in the order in which it will be claimed, topic by topic.
-- $1 the last topic that counts; $2 to $5 where the page before ended (microseconds since 1970); $6 how many.
select q.id, q.topic, q.priority, (extract(epoch from q.run_after) * 1000000)::bigint as run_after_micros
from programma.queue q
where q.topic <= $1::text collate "C"
  and (q.topic, q.priority, q.run_after, q.id) >
      ($2::text collate "C", $3::smallint,
       -- in two parts: a float8, with which intervals are multiplied, is too coarse for microseconds after 2255
       'epoch'::timestamptz + $4::bigint / 1000000 * interval '1 second' + $4::bigint % 1000000 * interval '1 microsecond',
       $5::uuid)
order by q.topic, q.priority, q.run_after, q.id
limit $6::int;
