-- Rests a schedule, or lets it go on. $1 the name; $2 whether it rests. No row: it is so already, or there is none.
update programma.schedules set paused = $2::boolean
where name = $1::text and paused <> $2::boolean
returning name, extract(epoch from next_at - clock_timestamp())::float8 * 1000 as wait_ms;
