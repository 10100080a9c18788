-- Records by id. $1 the ids.
select id, topic, state, priority, data, attributes,
       extract(epoch from run_after)::float8 * 1000 as run_after_ms, retry_after_seconds, attempts, max_attempts,
       extract(epoch from created_at)::float8 * 1000 as created_ms,
       extract(epoch from started_at)::float8 * 1000 as started_ms,
       extract(epoch from finished_at)::float8 * 1000 as finished_ms,
       extract(epoch from tick)::float8 * 1000 as tick_ms, result, errors, error_count, progress
from programma.jobs
where id = any($1::uuid[]);
