-- Schedules by name. $1 the names, or null for all.
select name, topic, pattern, every_seconds, time_zone, missed, overlap,
       extract(epoch from starts_at)::float8 * 1000 as starts_ms, extract(epoch from ends_at)::float8 * 1000 as ends_ms,
       remaining, priority, retry_after_seconds, max_attempts, data,
       extract(epoch from next_at)::float8 * 1000 as next_ms, extract(epoch from last_at)::float8 * 1000 as last_ms,
       last_job_id, paused, declared_until is not null as declared,
       coalesce(declared_until <= now(), false) as undeclared
from programma.schedules
where $1::text[] is null or name = any($1::text[])
order by name;
