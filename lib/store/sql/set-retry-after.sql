-- Sets how long the next claim of a job lasts, and so when a manual handler's unmoved job comes back. In every state.
-- $1 the job; $2 seconds.
update programma.jobs j set retry_after_seconds = $2::float8 where j.id = $1::uuid returning j.id;
