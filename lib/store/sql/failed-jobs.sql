-- The next failed jobs of a topic, the oldest failure first: what retryJobs goes through.
-- $1 the topic; $2 only what had failed by then (null: by now); $3 how many.
select j.id, coalesce($2::text, now()::text) as until
from programma.jobs j
where j.topic = $1::text and j.failed_at is not null and j.failed_at <= coalesce($2::text::timestamptz, now())
order by j.failed_at
limit $3::int;
