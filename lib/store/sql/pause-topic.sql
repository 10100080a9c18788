-- Rests a topic in all processes, or lets it go on. $1 the topic; $2 whether it rests. No row: it did so already.
-- To let a topic go on that was never spoken of leaves no trace of it.
insert into programma.topics as t (topic, paused, paused_at)
select $1::text, $2::boolean, case when $2::boolean then now() end
where $2::boolean or exists (select from programma.topics there where there.topic = $1::text)
on conflict (topic) do update set paused = excluded.paused, paused_at = excluded.paused_at
where t.paused <> excluded.paused
returning topic;
