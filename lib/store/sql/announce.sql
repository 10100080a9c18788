-- Tells the other processes. $1 the channel; $2 what, as JSON texts. A hint: losing it costs time, never a job.
select set_config('synchronous_commit', 'off', true), pg_notify($1::text, said) from unnest($2::text[]) as said;
